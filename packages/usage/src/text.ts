// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is what it is for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** Whether a text can be an identifier: 1 to `max` characters, well-formed Unicode, no C0 or C1 control characters. */
export function isName(text: string, max: number): boolean {
  return text.length > 0 && text.length <= max && !CONTROL.test(text) && text.isWellFormed();
}
