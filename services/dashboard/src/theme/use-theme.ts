import { useSyncExternalStore } from 'react';
import { isDark, readTheme, type Theme, watchTheme } from './theme.ts';

/** The reader's choice, and what it means now. */
export function useTheme(): { readonly theme: Theme; readonly isDark: boolean } {
  return { theme: useSyncExternalStore(watchTheme, readTheme), isDark: useSyncExternalStore(watchTheme, isDark) };
}
