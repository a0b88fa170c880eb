import type { TransferCount } from '../copy/transfer-count.ts';
import { byteText } from './byte-text.ts';
import type { PresenterPart } from './run-presenter.ts';
import type { StatusLine } from './status-line.ts';

const firstAfterMs = 700;
const thenEveryMs = 333;
/** The rate is that of the last seconds. */
const rateWindowMs = 5000;

/** `muster: 1/3 nodes, 12/40 files, 34.2 MiB of 1.10 GiB (3%), 5.90 MiB/s, 3:04 left`. */
export function createCopyStatus(
  status: StatusLine,
  count: TransferCount,
  programName: string,
): PresenterPart {
  let total = 0;
  let ended = 0;
  let started = 0;
  let timer: NodeJS.Timeout | undefined;
  const samples: { readonly at: number; readonly bytes: number }[] = [];

  const draw = (): void => {
    const now = performance.now();
    samples.push({ at: now, bytes: count.bytes });
    while (samples.length > 2 && now - samples[0]!.at > rateWindowMs) samples.shift();
    const [oldest] = samples;
    const rate = now > oldest!.at ? ((count.bytes - oldest!.bytes) * 1000) / (now - oldest!.at) : 0;
    // what waiting nodes have is not known yet when files come from them
    const known = started === total;
    status.show(`${programName}: ${transferText(count, { ended, total, rate, known })}`);
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    status.clear();
  };
  return {
    begin(nodes) {
      total = nodes.length;
      samples.push({ at: performance.now(), bytes: 0 });
      timer = setTimeout(function again() {
        draw();
        timer = setTimeout(again, thenEveryMs).unref();
      }, firstAfterMs).unref();
    },
    started() {
      started += 1;
    },
    ended() {
      ended += 1;
    },
    interrupted: () => status.clear(),
    end: async () => stop(),
  };
}

/** @param rate bytes a second @param known whether all that there is to copy has been counted */
export function transferText(
  { files, bytes, plannedFiles, plannedBytes }: Omit<TransferCount, 'planned' | 'moved' | 'fileDone'>,
  { ended, total, rate, known }: { ended: number; total: number; rate: number; known: boolean },
): string {
  const percent = plannedBytes === 0 ? '' : ` (${Math.min(100, Math.floor((bytes * 100) / plannedBytes))}%)`;
  const parts = [
    `${ended}/${total} nodes`,
    `${files}/${plannedFiles} files`,
    `${byteText(bytes)} of ${byteText(plannedBytes)}${percent}`,
  ];
  if (rate > 0) parts.push(`${byteText(Math.round(rate))}/s`);
  if (rate > 0 && known && bytes < plannedBytes)
    parts.push(`${timeText((plannedBytes - bytes) / rate)} left`);
  return parts.join(', ');
}

function timeText(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number): string => `${value}`.padStart(2, '0');
  const minutes = Math.floor(whole / 60) % 60;
  if (whole >= 360_000) return 'days';
  return whole >= 3600
    ? `${Math.floor(whole / 3600)}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}
