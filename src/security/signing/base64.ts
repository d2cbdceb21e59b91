const STANDARD = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Decodes base64 (RFC 4648, section 4) with its padding. Each value has one text.
 * @returns undefined for everything else, such as URL-safe letters, spaces, or bits after the end
 */
export function strictBase64(text: string): Buffer | undefined {
  if (!STANDARD.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/**
 * Decodes base64 in both alphabets of RFC 4648, with or without padding: envelopes of other programs use any of them.
 * @returns undefined if it is neither, or a mixture
 */
export function anyBase64(text: string): Buffer | undefined {
  const [, body, padding = ''] = /^([^=]*)(={0,2})$/.exec(text) ?? [];
  if (body === undefined) return undefined;
  if (padding !== '' && (body.length + padding.length) % 4 !== 0) return undefined;
  const urlSafe = /[-_]/.test(body);
  if (urlSafe && /[+/]/.test(body)) return undefined;
  const standard = urlSafe ? body.replaceAll('-', '+').replaceAll('_', '/') : body;
  return strictBase64(standard + '='.repeat((4 - (standard.length % 4)) % 4));
}
