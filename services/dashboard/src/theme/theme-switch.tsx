import { chooseTheme, type Theme } from './theme.ts';
import { useTheme } from './use-theme.ts';

const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const NAMES: Readonly<Record<Theme, string>> = { system: 'as the system', light: 'light', dark: 'dark' };
const SIGNS: Readonly<Record<Theme, string>> = { system: '◐', light: '☀', dark: '☾' };

/** A button that goes through light, dark, and what the system has. */
export function ThemeSwitch() {
  const { theme } = useTheme();
  const next = NEXT[theme];
  return (
    <button
      type="button"
      className="button button-quiet button-icon"
      title={`Colours: ${NAMES[theme]}. Change to ${NAMES[next]}.`}
      aria-label={`Colours: ${NAMES[theme]}. Change to ${NAMES[next]}.`}
      onClick={() => chooseTheme(next)}
    >
      <span aria-hidden="true">{SIGNS[theme]}</span>
    </button>
  );
}
