#!/bin/sh
# Prints the most frequent words of a file: count-words.sh FILE [NUMBER]
set -eu
tr -cs '[:alnum:]' '\n' < "$1" | tr '[:upper:]' '[:lower:]' | grep . | sort | uniq -c | sort -k1,1nr -k2 | head -n "${2:-5}" |
    awk '{ print $2, $1 }'
