import { type ReactNode, useId } from 'react';

type FieldProps<Value> = {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** What belongs into the field, below it. */
  readonly hint?: ReactNode;
  /** What is wrong with it: `problem.fields.get('reason')`. */
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
};

export type TextFieldProps = FieldProps<string> & {
  /** Default `text`. `decimal`: text that a phone shows digits for; amounts are never numbers of the browser. */
  readonly kind?: 'text' | 'email' | 'url' | 'date' | 'month' | 'datetime-local' | 'decimal' | 'long';
  readonly lengthMax?: number;
  readonly placeholder?: string;
  /** What the browser suggests; with a text, people find it by that too. */
  readonly suggestions?: readonly (string | { readonly value: string; readonly text: string })[];
  readonly min?: string;
  readonly max?: string;
};

/** A field for text: a name, an amount, a day. */
export function TextField({ kind = 'text', suggestions, ...props }: TextFieldProps) {
  const { value, onChange, isRequired = false, isDisabled = false, lengthMax, placeholder, min, max } = props;
  const id = useId();
  const common = {
    ...attributesOf(id, props),
    value,
    required: isRequired,
    disabled: isDisabled,
    maxLength: lengthMax,
    placeholder,
    autoComplete: 'off',
  };
  return (
    <Labelled id={id} {...props}>
      {kind === 'long' ? (
        <textarea {...common} rows={3} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input
          {...common}
          type={kind === 'decimal' ? 'text' : kind}
          inputMode={kind === 'decimal' ? 'decimal' : undefined}
          min={min}
          max={max}
          list={suggestions === undefined ? undefined : `${id}-list`}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {suggestions === undefined ? null : (
        <datalist id={`${id}-list`}>
          {suggestions.map((suggestion) =>
            typeof suggestion === 'string' ? (
              <option key={suggestion} value={suggestion} />
            ) : (
              <option key={suggestion.value} value={suggestion.value}>
                {suggestion.text}
              </option>
            ),
          )}
        </datalist>
      )}
    </Labelled>
  );
}

export type SelectFieldProps<Value extends string> = FieldProps<Value> & {
  readonly options: readonly { readonly value: Value; readonly text: string }[];
};

/** A choice of one. */
export function SelectField<Value extends string>({ options, ...props }: SelectFieldProps<Value>) {
  const { value, onChange, isRequired = false, isDisabled = false } = props;
  const id = useId();
  return (
    <Labelled id={id} {...props}>
      <select
        {...attributesOf(id, props)}
        value={value}
        required={isRequired}
        disabled={isDisabled}
        onChange={(event) => {
          const chosen = options.find((option) => option.value === event.target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

/** Yes or no. */
export function CheckField({ label, value, onChange, hint, isDisabled = false }: FieldProps<boolean>) {
  const id = useId();
  return (
    <div className="field field-check">
      <input
        id={id}
        type="checkbox"
        checked={value}
        disabled={isDisabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/** As the api takes it. */
const REASON_LENGTH_MAX = 500;

/** Why something is changed; kept in the audit log. Default required. */
export function ReasonField(props: Pick<FieldProps<string>, 'value' | 'onChange' | 'error' | 'hint' | 'isRequired'>) {
  return <TextField label="Reason" hint="Kept in the audit log." isRequired lengthMax={REASON_LENGTH_MAX} {...props} />;
}

type LabelledProps = Pick<FieldProps<unknown>, 'label' | 'hint' | 'error' | 'isRequired'> & {
  readonly id: string;
  readonly children: ReactNode;
};

function Labelled({ id, label, hint, error, isRequired = false, children }: LabelledProps) {
  return (
    <div className="field">
      <label htmlFor={id}>
        {label}
        {isRequired ? null : <span className="quiet"> (optional)</span>}
      </label>
      {children}
      {error === undefined ? null : (
        <p id={`${id}-error`} className="field-error">
          {error}
        </p>
      )}
      {hint === undefined ? null : (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}

function attributesOf(id: string, { hint, error }: Pick<FieldProps<unknown>, 'hint' | 'error'>) {
  const described = [
    ...(error === undefined ? [] : [`${id}-error`]),
    ...(hint === undefined ? [] : [`${id}-hint`]),
  ].join(' ');
  return {
    id,
    'aria-invalid': error === undefined ? undefined : true,
    'aria-describedby': described === '' ? undefined : described,
  };
}
