import * as z from 'zod/mini';
import { useApi } from '../api/client.ts';
import { TextField } from './fields.tsx';

/** `GET /v1/accounts`, as far as it names accounts. */
const namesSchema = z.object({
  accounts: z.array(z.object({ id: z.string(), name: z.nullable(z.string()), email: z.nullable(z.string()) })),
});

/** As many as a person looks through. */
const SUGGESTIONS = '10';

/** The longest text that the list of accounts can be searched for. */
const SEARCH_LENGTH_MAX = 254;

export type AccountFieldProps = {
  /** The account owner's id. */
  readonly value: string;
  readonly onChange: (id: string) => void;
  readonly error?: string | undefined;
};

/** The id of an account, found by typing a part of its name, e-mail address or id. */
export function AccountField({ value, onChange, error }: AccountFieldProps) {
  const found = useApi('/v1/accounts', { q: value.slice(0, SEARCH_LENGTH_MAX), limit: SUGGESTIONS }, namesSchema);
  const accounts = found.data?.accounts ?? [];
  const chosen = accounts.find(({ id }) => id === value);
  const name = chosen?.name ?? chosen?.email;
  return (
    <TextField
      label="Account"
      isRequired
      placeholder="auth0|507f1f77"
      hint={name == null ? "Type a part of the owner's name, e-mail address or id." : name}
      suggestions={accounts.map((account) => ({ value: account.id, text: account.name ?? account.email ?? '' }))}
      value={value}
      onChange={onChange}
      error={error}
    />
  );
}
