import { useDeferredValue } from 'react';
import * as z from 'zod/mini';
import { useApi } from '../api/client.ts';
import { TextField } from './fields.tsx';

const usersSchema = z.object({
  users: z.array(z.object({ id: z.string(), name: z.nullable(z.string()), email: z.nullable(z.string()) })),
});

/** As many as a list of suggestions shows at once. */
const SUGGESTIONS = '8';

export type PersonFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
  /** Default true. */
  readonly isRequired?: boolean;
  readonly hint?: string;
  readonly error?: string | undefined;
};

/** A field for a person: typing a name or an e-mail address suggests who it may be; what is entered is the id. */
export function PersonField({
  hint = 'Type a part of the name, the e-mail address or the id.',
  ...props
}: PersonFieldProps) {
  const q = useDeferredValue(props.value.trim());
  const { data } = useApi('/v1/users', { q, limit: SUGGESTIONS }, usersSchema);
  const suggestions = (data?.users ?? []).map(({ id, name, email }) => ({
    value: id,
    text: [name, email].filter((text) => text !== null).join(', ') || id,
  }));
  const chosen = suggestions.find(({ value }) => value === props.value);
  return (
    <TextField
      isRequired
      {...props}
      hint={chosen === undefined ? hint : chosen.text}
      suggestions={suggestions}
      placeholder="auth0|507f1f77"
    />
  );
}
