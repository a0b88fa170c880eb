import type { DemoNode } from '../node.ts';
import type { Program } from '../sh/shell.ts';
import { apt, aptCache, aptGet } from './apt.ts';
import { dpkg, dpkgQuery } from './dpkg.ts';
import { chatter, failing, help, slow, yes } from './examples.ts';
import { cat, cp, ls, mkdir, mv, rm, tee, touch } from './files.ts';
import { cut, grep, head, sort, tail, tr, uniq, wc } from './filters.ts';
import { patronictl } from './patronictl.ts';
import { psql } from './psql.ts';
import { env, nohup, printenv, sh, sleep, sudo, timeout, which } from './running.ts';
import { echo, fail, printf, pwd, succeed, test } from './shell-words.ts';
import { journalctl, systemctl } from './services.ts';
import { date, df, free, hostname, id, nproc, seq, uname, uptime, whoami } from './system.ts';

/** Of these, only nodes with a PostgreSQL have any. */
const serverPrograms = new Set(['patronictl', 'psql']);

/** The program of that name on a node; undefined when it has none. */
export function findProgram(node: DemoNode, name: string): Program | undefined {
  if (!Object.hasOwn(programs, name) || (node.cluster === undefined && serverPrograms.has(name))) {
    return undefined;
  }
  return programs[name];
}

/** Every program of the demo's nodes, by name. There is nothing else they can run. */
const programs: Readonly<Record<string, Program>> = {
  '[': test,
  apt,
  'apt-cache': aptCache,
  'apt-get': aptGet,
  bash: sh,
  cat,
  chatter,
  cp,
  cut,
  dash: sh,
  date,
  df,
  dpkg,
  'dpkg-query': dpkgQuery,
  echo,
  env,
  failing,
  false: fail,
  free,
  grep,
  head,
  help,
  hostname,
  id,
  journalctl,
  ls,
  mkdir,
  mv,
  nohup,
  nproc,
  patronictl,
  printenv,
  printf,
  psql,
  pwd,
  rm,
  seq,
  sh,
  sleep,
  slow,
  sort,
  sudo,
  systemctl,
  tail,
  tee,
  test,
  timeout,
  touch,
  tr,
  true: succeed,
  uname,
  uniq,
  uptime,
  wc,
  which,
  whoami,
  yes,
};
