/** Light, dark, or as the reader's system has it. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'hopsmeter.theme';

const listeners = new Set<() => void>();

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');
darkSystem.addEventListener('change', () => tell());

/** What the reader chose on this machine. */
export function readTheme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Chooses, and keeps it on this machine. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  applyTheme();
  tell();
}

/** Shows the page in what was chosen; `styles/tokens.css` reads the attribute. */
export function applyTheme(): void {
  const theme = readTheme();
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Whether the page is dark now. */
export function isDark(): boolean {
  const theme = readTheme();
  return theme === 'dark' || (theme === 'system' && darkSystem.matches);
}

/** Calls when the choice or the system's changes. @returns how to stop. */
export function watchTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}
