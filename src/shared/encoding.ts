const ASCII_OR_UTF8 = /^(?:utf-?8|us-ascii|ascii)$/i;

/**
 * The name of a supported encoding as the WHATWG's standard writes it, for example `windows-1252` for `latin1`.
 * @returns undefined for an encoding that is not supported
 */
export function encodingOf(label: string): string | undefined {
  if (ASCII_OR_UTF8.test(label)) return 'utf-8';
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}
