import { expect, it } from 'vitest';
import { type CsvColumn, formatCsv, formatCsvHeader } from './csv.ts';

type Row = { readonly name: string | null; readonly amount: string };

const COLUMNS: readonly CsvColumn<Row>[] = [
  { header: 'name', kind: 'text', value: ({ name }) => name },
  { header: 'amount', kind: 'exact', value: ({ amount }) => amount },
];

const lineOf = (name: string | null, amount = '1.5') => formatCsv(COLUMNS, [{ name, amount }]);

it('writes a header line and lines that end with CRLF', () => {
  expect(formatCsvHeader(COLUMNS)).toBe('name,amount\r\n');
  expect(lineOf('Ada')).toBe('Ada,1.5\r\n');
  expect(formatCsv(COLUMNS, [])).toBe('');
});

it.each([
  ['a comma', 'a,b', '"a,b"'],
  ['a quote', 'a"b', '"a""b"'],
  ['a line feed', 'a\nb', '"a\nb"'],
  ['CRLF', 'a\r\nb', '"a\r\nb"'],
  ['nothing', null, ''],
  ['other languages', 'Åsa 日本 \u{1f600}', 'Åsa 日本 \u{1f600}'],
])('quotes %s as RFC 4180 has it', (_what, name, cell) => {
  expect(lineOf(name)).toBe(`${cell},1.5\r\n`);
});

it.each(['=', '+', '-', '@', '\t', '\uff1d', '\uff0b', '\uff0d', '\uff20'])(
  'makes a text that begins with %j no formula',
  (sign) => {
    expect(lineOf(`${sign}HYPERLINK("https://evil.example")`)).toBe(
      `"'${sign}HYPERLINK(""https://evil.example"")",1.5\r\n`,
    );
  },
);

it('makes a text that begins with a carriage return no formula', () => {
  expect(lineOf('\r=1')).toBe(`"'\r=1",1.5\r\n`);
});

it('leaves a number a number, also a negative one', () => {
  expect(lineOf('Ada', '-1.500000000000')).toBe('Ada,-1.500000000000\r\n');
});
