/**
 * The part of Go's template language that our chart is written in. What is not known here is an error, so that a
 * template can use nothing that its tests do not see.
 */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipe: Pipe }
  | { readonly kind: 'set'; readonly name: string; readonly pipe: Pipe }
  | Branch
  | Loop;

type Branch = {
  readonly kind: 'if' | 'with';
  readonly pipe: Pipe;
  readonly parts: Part[];
  readonly otherwise: Part[];
};

type Loop = {
  readonly kind: 'range';
  readonly names: readonly string[];
  readonly pipe: Pipe;
  readonly parts: Part[];
};

/** Commands with `|` between: each gets what the one before it gave as its last argument. */
export type Pipe = readonly (readonly Operand[])[];

export type Operand =
  | { readonly kind: 'literal'; readonly value: string | bigint | boolean }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'field'; readonly variable: string | undefined; readonly path: readonly string[] }
  | { readonly kind: 'pipe'; readonly pipe: Pipe };

/** What a file holds: its own text, and the templates that it defines. */
export type Template = { readonly parts: readonly Part[]; readonly defined: ReadonlyMap<string, readonly Part[]> };

const ACTION = /\{\{(-\s)?\s*(\/\*[\s\S]*?\*\/|(?:"(?:\\.|[^"\\])*"|[^"}])*?)\s*(-)?\}\}/g;
const TOKEN = /\s*("(?:\\.|[^"\\])*"|-?\d+(?![\w.])|\$?[A-Za-z_]\w*|\$|\.(?:[A-Za-z_]\w*)?|:=|[|(),])/y;

/** An open `if`, `with`, `range` or `define`, and where its text goes. */
type Block = { readonly word: string; parts: Part[]; readonly close: () => void };

/** @throws Error naming the action that is not understood. */
export function parseTemplate(source: string): Template {
  const top: Part[] = [];
  const defined = new Map<string, readonly Part[]>();
  const blocks: Block[] = [];
  const add = (part: Part) => (blocks.at(-1)?.parts ?? top).push(part);
  const open = (word: string, parts: Part[], close: () => void) => blocks.push({ word, parts, close });
  let at = 0;
  let isTrimmed = false;
  const addText = (end: number, trimsBefore: boolean) => {
    const text = isTrimmed ? source.slice(at, end).trimStart() : source.slice(at, end);
    add({ kind: 'text', text: trimsBefore ? text.trimEnd() : text });
  };
  for (const match of source.matchAll(ACTION)) {
    const [all, trimsBefore, body = '', trimsAfter] = match;
    addText(match.index, trimsBefore !== undefined);
    at = match.index + all.length;
    isTrimmed = trimsAfter !== undefined;
    if (!body.startsWith('/*')) takeAction(body);
  }
  addText(source.length, false);
  if (blocks.length > 0) throw new Error(`${blocks.at(-1)?.word} has no end`);
  return { parts: top, defined };

  function takeAction(body: string): void {
    const [word = '', ...rest] = tokensOf(body);
    if (word === 'end') {
      const block = blocks.pop();
      if (block === undefined) throw new Error('an end of nothing');
      block.close();
    } else if (word === 'else') takeElse(rest, body);
    else if (word === 'define') {
      const parts: Part[] = [];
      open(word, parts, () => defined.set(textOf(rest[0] ?? ''), parts));
    } else if (word === 'if' || word === 'with') {
      const part: Branch = { kind: word, pipe: parsePipe(rest, body), parts: [], otherwise: [] };
      open(word, part.parts, () => add(part));
    } else if (word === 'range') {
      const sign = rest.indexOf(':=');
      const names = rest.slice(0, Math.max(sign, 0)).filter((token) => token !== ',');
      const part: Loop = { kind: word, names, pipe: parsePipe(rest.slice(sign + 1), body), parts: [] };
      open(word, part.parts, () => add(part));
    } else if (rest[0] === ':=') add({ kind: 'set', name: word, pipe: parsePipe(rest.slice(1), body) });
    else add({ kind: 'print', pipe: parsePipe([word, ...rest], body) });
  }

  /** `else if` is an if of its own within the other branch, and both end together. */
  function takeElse(rest: readonly string[], body: string): void {
    const block = blocks.pop();
    if (block?.word !== 'if' && block?.word !== 'with') throw new Error(`${body}: an else of nothing`);
    if (rest.length > 0) throw new Error(`${body}: not used in our templates`);
    const otherwise: Part[] = [];
    open('else', otherwise, () => {
      block.close();
      const closed = (blocks.at(-1)?.parts ?? top).at(-1);
      if (closed?.kind === 'if' || closed?.kind === 'with') closed.otherwise.push(...otherwise);
    });
  }
}

function tokensOf(body: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < body.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(body)?.[1];
    if (token === undefined) throw new Error(`${body}: not understood at ${at}`);
    // `.a.b` and `$x.a` come in pieces; a dot that follows a space begins an operand of its own.
    const joins = token.startsWith('.') && token !== '.' && body[at] === '.' && /^[.$]/.test(tokens.at(-1) ?? '');
    if (joins) tokens.push(`${tokens.pop()}${token}`);
    else tokens.push(token);
  }
  return tokens;
}

function parsePipe(tokens: readonly string[], body: string): Pipe {
  const rest = [...tokens];
  const pipe = takePipe();
  if (rest.length > 0) throw new Error(`${body}: not understood at ${rest[0]}`);
  return pipe;

  function takePipe(): Operand[][] {
    const commands: Operand[][] = [[]];
    while (rest.length > 0 && rest[0] !== ')') {
      const token = rest.shift() ?? '';
      if (token === '|') commands.push([]);
      else if (token === '(') {
        commands.at(-1)?.push({ kind: 'pipe', pipe: takePipe() });
        if (rest.shift() !== ')') throw new Error(`${body}: a bracket is not closed`);
      } else commands.at(-1)?.push(operandOf(token));
    }
    if (commands.some((command) => command.length === 0)) throw new Error(`${body}: a command is missing`);
    return commands;
  }

  function operandOf(token: string): Operand {
    if (token.startsWith('"')) return { kind: 'literal', value: textOf(token) };
    if (/^-?\d/.test(token)) return { kind: 'literal', value: BigInt(token) };
    if (token === 'true' || token === 'false') return { kind: 'literal', value: token === 'true' };
    const [first = '', ...path] = token.split('.');
    if (first.startsWith('$')) return { kind: 'field', variable: first, path };
    if (token.startsWith('.')) return { kind: 'field', variable: undefined, path: path.filter((name) => name !== '') };
    if (!/^[A-Za-z]\w*$/.test(token)) throw new Error(`${body}: not understood at ${token}`);
    return { kind: 'name', name: token };
  }
}

function textOf(token: string): string {
  const text: unknown = JSON.parse(token);
  if (typeof text !== 'string') throw new Error(`${token}: not a text`);
  return text;
}
