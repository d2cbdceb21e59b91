const STRING = /"(?:[^"\\]|\\.)*"/g;
/** PostgreSQL computes with numbers of up to 131,072 digits. */
const ENDLESS = /[eE][+-]?[0-9]{4}|[0-9]{1000}/;

/** PostgreSQL has no text with a NUL or with half a character. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every((member) => member.every(isStorable));
}

/** Whether PostgreSQL reads the data as a JSON object. */
export function isReadable(data: string): boolean {
  if (ENDLESS.test(data.replace(STRING, '""'))) return false;
  try {
    const value: unknown = JSON.parse(data);
    return (
      typeof value === 'object' && value !== null && !Array.isArray(value) && isStorable(value)
    );
  } catch {
    return false; // also for data that is nested too deeply
  }
}
