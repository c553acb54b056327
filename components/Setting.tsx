import type { ComponentChildren } from 'preact';

interface Named {
  /** Also the id of its control. */
  name: string;
  label: string;
  hint: string;
}

function Setting({ name, label, hint, children }: Named & { children: ComponentChildren }) {
  return (
    <div class="setting">
      <label for={name}>{label}</label>
      <p id={`${name}-hint`} class="hint">
        {hint}
      </p>
      <div class="control">{children}</div>
    </div>
  );
}

interface SwitchProps extends Named {
  checked: boolean;
  onChange(checked: boolean): void;
}

export function Switch({ checked, onChange, ...named }: SwitchProps) {
  const { name } = named;
  return (
    <Setting {...named}>
      <input
        type="checkbox"
        id={name}
        aria-describedby={`${name}-hint`}
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </Setting>
  );
}

interface ChoiceProps<Value extends string> extends Named {
  value: Value;
  options: Record<Value, string>;
  onChange(value: Value): void;
}

export function Choice<Value extends string>({ value, options, onChange, ...named }: ChoiceProps<Value>) {
  const { name } = named;
  return (
    <Setting {...named}>
      <select
        id={name}
        aria-describedby={`${name}-hint`}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as Value)}
      >
        {(Object.entries(options) as [Value, string][]).map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </Setting>
  );
}

interface NumberProps extends Named {
  /** Null for an empty field. */
  value: number | null;
  /** Whether it may be empty. */
  optional?: boolean;
  min: number;
  max?: number;
  step: number;
  onChange(value: number | null): void;
}

/** Tells of numbers within its bounds only; what else is typed the browser complains about. */
export function NumberField({ value, optional = false, min, max, step, onChange, ...named }: NumberProps) {
  const { name } = named;
  return (
    <Setting {...named}>
      <input
        type="number"
        id={name}
        aria-describedby={`${name}-hint`}
        value={value ?? ''}
        placeholder={optional ? '∞' : ''}
        required={!optional}
        min={min}
        max={max}
        step={step}
        onChange={({ currentTarget: field }) => {
          if (field.reportValidity()) onChange(field.value === '' ? null : field.valueAsNumber);
        }}
      />
    </Setting>
  );
}
