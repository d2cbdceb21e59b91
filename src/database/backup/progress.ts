/** Is told how much of a copy is done, in bytes. The total can be an estimate. */
export type Progress = (done: number, total: number) => void;

/** Such as `12.3 MB`. */
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Prints a line at each quarter of the total, so that a log stays short. */
export function quarters(print: (line: string) => void): Progress {
  let printed = 0;
  return (done, total) => {
    const reached = Math.min(3, Math.floor((done / Math.max(total, 1)) * 4));
    if (reached <= printed) return;
    printed = reached;
    print(`${megabytes(done)} of about ${megabytes(total)}`);
  };
}
