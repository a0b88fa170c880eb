/** Tells the person in front of it what the fleet is doing; the library's default is silence. */
export type Progress = (line: string) => void;

export const silent: Progress = () => undefined;

/** Lines on stderr with the seconds since the start, so that slow steps can be seen. */
export function progressOnStderr(): Progress {
  const start = performance.now();
  return (line) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
}
