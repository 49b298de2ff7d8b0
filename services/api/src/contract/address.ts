/** What fits the head of a printed statement: a company, a person, a street, a town, a country and a number or two. */
export const ADDRESS_LINES_MAX = 10;
/** As long as a name may be. */
export const ADDRESS_LINE_LENGTH_MAX = 100;

export const ADDRESS_FORM =
  `1 to ${ADDRESS_LINES_MAX} lines of at most ${ADDRESS_LINE_LENGTH_MAX} characters, ` + 'none of them empty';

/** Whether a text is a name and an address as it is written on an envelope, lines separated by `\n`. */
export function isAddress(text: string): boolean {
  const lines = text.split('\n');
  return lines.length <= ADDRESS_LINES_MAX && lines.every(isLine);
}

function isLine(line: string): boolean {
  return (
    line.length <= ADDRESS_LINE_LENGTH_MAX && /\S/.test(line) && line.trim() === line && !/[\p{Cc}\p{Cs}]/u.test(line)
  );
}
