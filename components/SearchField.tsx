interface Props {
  label: string;
  value: string;
  onInput(value: string): void;
}

export function SearchField({ label, value, onInput }: Props) {
  return (
    <search>
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </search>
  );
}
