export type CompletingShell = 'bash' | 'zsh' | 'fish';

const bash = String.raw`# Completion of muster for bash: eval "$(muster completion bash)"
_muster() {
  local IFS=$'\n' candidate
  COMPREPLY=($(muster __complete bash -- "${'$'}{COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null))
  for candidate in "${'$'}{COMPREPLY[@]}"; do
    case $candidate in
      *[:=]) compopt -o nospace; break ;;
    esac
  done
}
complete -o default -F _muster muster
`;

const zsh = String.raw`#compdef muster
# Completion of muster for zsh: eval "$(muster completion zsh)" after compinit
_muster() {
  local -a candidates finished open
  candidates=(${'$'}{(f)"$(muster __complete zsh -- "${'$'}{BUFFER[1,CURSOR]}" 2>/dev/null)"})
  finished=(${'$'}{candidates:#*[:=]})
  open=(${'$'}{(M)candidates:#*[:=]})
  if (( ${'$'}#candidates == 0 )); then
    _files
    return
  fi
  (( ${'$'}#finished )) && compadd -Q -- $finished
  (( ${'$'}#open )) && compadd -Q -S '' -- $open
  return 0
}
compdef _muster muster
`;

const fish = String.raw`# Completion of muster for fish: muster completion fish | source
function __muster_complete
  muster __complete fish -- (commandline -cp | string collect) 2>/dev/null
end
complete -c muster -a '(__muster_complete)'
`;

/** The script that makes a shell ask `muster __complete`. */
export const completionScripts: Readonly<Record<CompletingShell, string>> = { bash, zsh, fish };
