import type { Operand, Part, Pipe } from './parse-template.ts';
import { isRecord, isTrue, printed, recordOf, TEMPLATE_FUNCTIONS } from './template-functions.ts';

type Defined = ReadonlyMap<string, readonly Part[]>;

/** @throws Error for what Helm would refuse, and for what it would print as nothing. */
export function runTemplate(parts: readonly Part[], defined: Defined, root: Readonly<Record<string, unknown>>): string {
  return runParts(parts, root, new Map([['$', root]]));

  function runParts(those: readonly Part[], dot: unknown, outside: ReadonlyMap<string, unknown>): string {
    const variables = new Map(outside);
    return those.map((part) => runPart(part, dot, variables)).join('');
  }

  function runPart(part: Part, dot: unknown, variables: Map<string, unknown>): string {
    if (part.kind === 'text') return part.text;
    const value = pipeValue(part.pipe, dot, variables);
    if (part.kind === 'print') return printed(value);
    if (part.kind === 'set') {
      variables.set(part.name, value);
      return '';
    }
    if (part.kind === 'range') {
      return entriesOf(value)
        .map(([key, item]) => {
          const names = part.names.length === 2 ? [key, item] : [item];
          const added = part.names.map((name, place): [string, unknown] => [name, names[place]]);
          return runParts(part.parts, item, new Map([...variables, ...added]));
        })
        .join('');
    }
    if (!isTrue(value)) return runParts(part.otherwise, dot, variables);
    return runParts(part.parts, part.kind === 'with' ? value : dot, variables);
  }

  function pipeValue(pipe: Pipe, dot: unknown, variables: ReadonlyMap<string, unknown>): unknown {
    return pipe.reduce<readonly unknown[]>((piped, command) => [runCommand(command, piped, dot, variables)], [])[0];
  }

  function runCommand(
    [first, ...others]: readonly Operand[],
    piped: readonly unknown[],
    dot: unknown,
    variables: ReadonlyMap<string, unknown>,
  ): unknown {
    const read = (operand: Operand) => operandValue(operand, dot, variables);
    if (first?.kind === 'name') {
      const args = [...others.map(read), ...piped];
      if (first.name === 'include') return include(String(args[0]), args[1]);
      const run = TEMPLATE_FUNCTIONS.get(first.name);
      if (run === undefined) throw new Error(`${first.name}: not a function that our templates use`);
      return run(...args);
    }
    if (first === undefined) throw new Error('a command is missing');
    const value = read(first);
    // A method, such as that of `.Files.Get "name"`.
    if (typeof value === 'function') return value(...others.map(read), ...piped);
    if (others.length > 0 || piped.length > 0) throw new Error('a value takes no arguments');
    return value;
  }

  function operandValue(operand: Operand, dot: unknown, variables: ReadonlyMap<string, unknown>): unknown {
    if (operand.kind === 'literal') return operand.value;
    if (operand.kind === 'pipe') return pipeValue(operand.pipe, dot, variables);
    if (operand.kind === 'name') return runCommand([operand], [], dot, variables);
    const { variable, path } = operand;
    if (variable !== undefined && !variables.has(variable)) throw new Error(`${variable} is not set`);
    const start = variable === undefined ? dot : variables.get(variable);
    return path.reduce<unknown>((value, name) => recordOf(value)[name], start);
  }

  function include(name: string, dot: unknown): string {
    const those = defined.get(name);
    if (those === undefined) throw new Error(`${name} is not defined`);
    return runParts(those, dot, new Map([['$', dot]]));
  }
}

/** Maps in the order of their keys. */
function entriesOf(value: unknown): (readonly [unknown, unknown])[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map((item: unknown, place) => [place, item]);
  if (!isRecord(value)) throw new Error('a range of neither a map nor a list');
  return Object.keys(value)
    .sort()
    .map((key) => [key, value[key]]);
}
