read_patroni() {
config=
program=
while IFS= read -r argument; do
	case $argument in
	*/patroni) program=$argument ;;
	*.yml | *.yaml) config=$argument ;;
	esac
done <<ARGUMENTS
$(tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null)
ARGUMENTS
section patroni "$pid"
say program "$program"
say config "$config"
read -r _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ ticks _ <"/proc/$pid/stat"
say ticks "$ticks"
prefix=${program%/bin/patroni}
for info in "$prefix"/lib/python*/site-packages/patroni-*-info "$prefix"/local/lib/python*/dist-packages/patroni-*-info \
	/usr/lib/python3/dist-packages/patroni-*-info; do
	[ -e "$info" ] || continue
	say installed "$info"
	say changed "$(stat -c %Z "$info" 2>/dev/null)"
	break
done
# Of the configuration only the address of the REST API is read; the passwords beside it stay here.
listen=
connect=
certificate=
while IFS='	' read -r key value; do
	case $key in
	listen) listen=$value ;;
	connect_address) connect=$value ;;
	certfile) certificate=$value ;;
	esac
done <<SETTINGS
$([ ! -r "$config" ] || awk '
	/^restapi:/ { inside = 1; next }
	/^[^ #]/ { inside = 0 }
	inside && /^ +(listen|connect_address|certfile):/ {
		key = $1; sub(/:$/, "", key); value = $2; gsub(/["\047]/, "", value); print key "\t" value
	}' "$config")
$(tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | awk -F= '
	/^PATRONI_RESTAPI_(LISTEN|CONNECT_ADDRESS|CERTFILE)=/ { print tolower(substr($1, 17)) "\t" $2 }')
SETTINGS
address=${connect:-${listen:-127.0.0.1:8008}}
case $address in
0.0.0.0:* | '*:'* | :*) address=127.0.0.1:${address##*:} ;;
esac
base=http${certificate:+s}://$address
say api "$base"
section patroni-api "$pid"
if has curl; then
	curl -ksS --noproxy '*' --max-time 5 -w '\n' "$base/patroni" "$base/cluster" 2>&1
elif has python3; then
	python3 -c '
import ssl, sys, urllib.error, urllib.request
context = ssl._create_unverified_context()
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
for url in sys.argv[1:]:
    try:
        print(opener.open(url, timeout=5).read().decode())
    except urllib.error.HTTPError as error:
        print(error.read().decode())
    except Exception as error:
        print(error)
' "$base/patroni" "$base/cluster"
elif has wget; then
	for path in patroni cluster; do
		wget -q -O - -T 5 --no-check-certificate --no-proxy "$base/$path"
		echo
	done
fi
}
