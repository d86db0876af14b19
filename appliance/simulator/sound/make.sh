#!/usr/bin/env bash
# Makes vacant.wav, the announcement of a number that does not exist, with a synthetic voice: espeak-ng and sox.
# “您好，您拨打的号码是空号，请核实后再拨。”, in numbered pinyin: espeak-ng on Debian 12 reads no Chinese characters.
set -euo pipefail
cd "$(dirname "$0")"
spoken="$(mktemp --suffix=.wav)"
trap 'rm -f "$spoken"' EXIT
espeak-ng -v cmn-latn-pinyin -s 185 -w "$spoken" \
  "nin2 hao3. nin2 bo1 da3 de5 hao4 ma3 shi4 kong1 hao4, qing3 he2 shi2 hou4 zai4 bo1."
# A-law at 8 kHz, as a carrier sends it; silence at both ends cut, a little put back.
sox "$spoken" --rate 8000 --channels 1 --encoding a-law vacant.wav \
  gain -n -6 silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse pad 0.1 0.3
