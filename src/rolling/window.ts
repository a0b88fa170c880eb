import { UserError } from '../errors.ts';

/** When work may begin: days, from, to, in one time zone. */
export interface MaintenanceWindow {
  readonly text: string;
  isOpen(at: Date): boolean;
  /** Why not now, with the next opening: `closed until Tue 21:00 Europe/Paris`. */
  closedText(at: Date): string;
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const dayMinutes = 24 * 60;

/**
 * @param text `Tue-Thu 21:00-05:00 Europe/Paris`, `Mon,Wed 22:00-23:30`, `21:00-05:00`; the day is the one it begins on,
 *   without a zone the machine's own
 * @throws UserError when it cannot be read
 */
export function readWindow(text: string): MaintenanceWindow {
  const match = /^(?:([A-Za-z,-]+)\s+)?(\d\d?):(\d\d)-(\d\d?):(\d\d)(?:\s+([\w/+-]+))?$/.exec(text.trim());
  const refuse = (what: string): never => {
    throw new UserError(`--window ${JSON.stringify(text)}: ${what}`, {
      hint: "For example --window 'Tue-Thu 21:00-05:00 Europe/Paris'.",
    });
  };
  if (match === null) return refuse('not a window');
  const [, days, fromHour, fromMinute, toHour, toMinute, zone] = match;
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  if (from >= dayMinutes || to > dayMinutes || Number(fromMinute) > 59 || Number(toMinute) > 59) {
    return refuse('there is no such time of day');
  }
  if (from === to) return refuse('it is never open');
  const open = readDays(days) ?? refuse(`${JSON.stringify(days)} are no days`);
  const clock = localClock(zone) ?? refuse(`no time zone ${JSON.stringify(zone)}`);
  const length = (to - from + dayMinutes) % dayMinutes;

  const isOpen = (at: Date): boolean => {
    const { day, minute } = clock(at);
    const since = (minute - from + dayMinutes) % dayMinutes;
    const begun = minute >= from ? day : (day + 6) % 7;
    return since < length && open.has(begun);
  };
  return {
    text,
    isOpen,
    closedText(at) {
      const { day, minute } = clock(at);
      const wait = [0, 1, 2, 3, 4, 5, 6, 7].find((n) => open.has((day + n) % 7) && (n > 0 || minute < from))!;
      const opens = `${dayNames[(day + wait) % 7]} ${fromHour!.padStart(2, '0')}:${fromMinute}`;
      return `outside the window ${text}; it opens on ${opens}`;
    },
  };
}

function readDays(text: string | undefined): ReadonlySet<number> | undefined {
  if (text === undefined) return new Set(dayNames.keys());
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const ends = part
      .split('-')
      .map((name) => dayNames.findIndex((day) => day.toLowerCase() === name.toLowerCase()));
    if (ends.length > 2 || ends.includes(-1)) return undefined;
    const [first = 0, last = first] = ends;
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return days;
}

/** Day (0 Monday) and minute of an instant in a zone; undefined for a zone nobody knows. */
function localClock(zone: string | undefined): ((at: Date) => { day: number; minute: number }) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-GB', {
      ...(zone === undefined ? {} : { timeZone: zone }),
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  } catch {
    return undefined;
  }
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return {
      day: dayNames.indexOf(parts['weekday']!),
      minute: Number(parts['hour']) * 60 + Number(parts['minute']),
    };
  };
}
