/** Reads RFC 4180, strictly and by itself, so that what writes it is not also what judges it. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    const [, quoted, plain = ''] = cellAt(text, at);
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    at += quoted === undefined ? plain.length : quoted.length + 2;
    if (text.startsWith('\r\n', at)) {
      records.push(record);
      record = [];
      at += 2;
    } else if (text[at] === ',') at += 1;
    else throw new Error(`neither a comma nor the end of a line at ${at}: ${text.slice(at, at + 40)}`);
  }
  if (record.length > 0) throw new Error('the last line has no end');
  return records;
}

/** A cell in quotes, with doubled ones inside, or one without any character that would need them. */
const CELL = /"((?:[^"]|"")*)"|([^",\r\n]*)/y;

function cellAt(text: string, at: number): RegExpExecArray {
  CELL.lastIndex = at;
  const match = CELL.exec(text);
  if (match === null) throw new Error(`no cell at ${at}`);
  return match;
}

/** The records below the first one, by the names in it. */
export function readTable(text: string): { readonly header: readonly string[]; readonly rows: readonly Row[] } {
  const [header = [], ...records] = readCsv(text);
  for (const record of records)
    if (record.length !== header.length) throw new Error(`a line of ${record.length} cells below ${header.length}`);
  return {
    header,
    rows: records.map((record) => Object.fromEntries(header.map((name, place) => [name, record[place] ?? '']))),
  };
}

/** An empty cell is null: nothing that is exported is an empty text. */
export type Row = Readonly<Record<string, string>>;
