# SPDX-License-Identifier: Apache-2.0
# Completion for bash: the program itself says what fits (ing2gw __complete).
_ing2gw()
{
	local line directive cur words=() i out
	# bash takes "=" for a word of its own
	for ((i = 1; i <= COMP_CWORD; i++)); do
		[ "${COMP_WORDS[i]}" = = ] || words+=("${COMP_WORDS[i]}")
	done
	cur=${COMP_WORDS[COMP_CWORD]}
	[ "$cur" = = ] && { cur=; words+=(''); }
	out=$("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null) || return
	directive=${out##*:}
	COMPREPLY=()
	while IFS= read -r line; do
		[ "${line:0:1}" = : ] || COMPREPLY+=("${line%%$'\t'*}")
	done <<<"$out"
	[ "$directive" = 0 ] && [ ${#COMPREPLY[@]} = 0 ] && mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	return 0
}
complete -o filenames -o bashdefault -F _ing2gw ing2gw
