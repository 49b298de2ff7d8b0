/** Characters of the bar: room for numbers stays on a terminal of 80 columns. */
const WIDTH = 16;

/** `[████████········]  50 %` */
export function formatBar(done: number, all: number): string {
  const share = all <= 0 ? 1 : Math.min(1, done / all);
  const full = Math.floor(share * WIDTH);
  return `[${'█'.repeat(full)}${'·'.repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}
