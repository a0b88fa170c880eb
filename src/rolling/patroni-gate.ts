import { UserError } from '../errors.ts';

const units: Readonly<Record<string, number>> = { '': 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };
const usualLag = 16 * 1024 ** 2;

/**
 * Bytes of `16MB`; empty: 16 MB.
 * @throws UserError when it is no size
 */
export function lagLimit(text: string): number {
  if (text === '') return usualLag;
  const match = /^(\d+)(kB|MB|GB)?$/.exec(text);
  if (match !== null) return Number(match[1]) * units[match[2] ?? '']!;
  throw new UserError(`patroni:${text}: not a lag`, { hint: 'For example patroni:16MB or patroni:0.' });
}

/**
 * Asks the node's own Patroni: it passes when its server runs, and a replica streams with at most so many bytes of lag.
 * The address is that of restapi.connect_address in its configuration, else the local port 8008. A leader's lag is none.
 * Patroni says `streaming` of a replica from 3.0.4 on, `running` before; /cluster knows the lag (patroni/api.py).
 */
export function patroniGateScript(maxLag: number): string {
  return `f=$(ls /etc/patroni/*.yml /etc/patroni/*.yaml 2>/dev/null | grep -v dcs.yml | head -n 1)
a=$([ -n "$f" ] && sed -n '/^restapi:/,/^[^ #]/s/^ *connect_address: *["'"'"']\\{0,1\\}\\([^"'"'"' ]*\\).*/\\1/p' "$f" 2>/dev/null | head -n 1)
[ -n "$a" ] || a=127.0.0.1:8008
s=http; [ -n "$f" ] && sed -n '/^restapi:/,/^[^ #]/p' "$f" 2>/dev/null | grep -q '^ *certfile:' && s=https
get() { curl -ksS -m 10 "$s://$a$1" 2>&1 || python3 -c 'import ssl,sys,urllib.request as u;c=ssl.create_default_context();c.check_hostname=False;c.verify_mode=ssl.CERT_NONE;print(u.urlopen(sys.argv[1],timeout=10,context=c).read().decode())' "$s://$a$1" 2>/dev/null; }
{ get /patroni; echo; get /cluster; } | python3 -c '
import json,sys
t=sys.stdin.read()
try:
  d=json.JSONDecoder(); me,i=d.raw_decode(t.lstrip()); rest=t.lstrip()[i:].lstrip(); cl,_=d.raw_decode(rest)
except ValueError: sys.exit("Patroni does not answer: "+t.strip()[:80])
if me.get("state") not in ("running","streaming"): sys.exit("PostgreSQL is "+str(me.get("state")))
if me.get("role") in ("master","primary","standby_leader"): sys.exit(0)
name=me.get("patroni",{}).get("name"); ms=[m for m in cl.get("members",[]) if m.get("name")==name or (name is None and m.get("api_url","").startswith(sys.argv[2]))]
if not ms: sys.exit("not a member of its own cluster")
m=ms[0]
if m.get("state") not in ("running","streaming"): sys.exit("replica is "+str(m.get("state")))
lag=m.get("lag")
if not isinstance(lag,int): sys.exit("its lag is unknown")
if lag>int(sys.argv[1]): sys.exit("lags by %d bytes"%lag)
' ${maxLag} "$s://$a"`;
}
