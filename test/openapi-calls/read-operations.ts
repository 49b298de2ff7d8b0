/** A JSON Schema, as far as tests look into it. */
export type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
};

export type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly example?: unknown;
  readonly schema: Schema;
};

/** An operation of an OpenAPI document, with its address. */
export type Operation = {
  readonly path: string;
  readonly method: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, Response>>;
  readonly bodySchema: Schema | undefined;
  /** A body that has everything that is required; undefined where there is none. */
  readonly body: unknown;
};

export type Response = {
  readonly description?: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
};

/** The codes that a problem can have, as its description lists them. */
export function codesOf({ description = '' }: Response): string[] {
  return [...description.matchAll(/`([A-Z_]+)`/g)].map(([, code = '']) => code);
}

type Written = Omit<Operation, 'path' | 'method' | 'parameters' | 'bodySchema' | 'body'> & {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};

/** Every operation of a document. */
export function readOperations(document: {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Written>>>>;
}): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody, parameters = [], ...operation }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      return {
        ...operation,
        path,
        method: method.toUpperCase(),
        parameters,
        bodySchema: schema,
        body: schema === undefined ? undefined : sampleOf(schema),
      };
    }),
  );
}

/** Something that a parameter may be. */
export function sampleOfParameter({ example, schema }: Parameter): string {
  const sample = example ?? sampleOf(schema);
  return String(Array.isArray(sample) ? sample[0] : sample);
}

/** Something that a schema may take: its example where it has one. */
function sampleOf(schema: Schema): unknown {
  const [example] = schema.examples ?? schema.enum ?? [];
  if (example !== undefined) return example;
  if (schema.const !== undefined) return schema.const;
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return sampleOf(choice);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]),
      );
    case 'array':
      return schema.items === undefined ? [] : [sampleOf(schema.items)];
    case 'integer':
    case 'number':
      return schema.default ?? 1;
    case 'boolean':
      return false;
    default:
      return schema.default ?? 'x';
  }
}
