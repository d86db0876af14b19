#!/usr/bin/env bash
# Sourced by test.sh: runs one runner after the other and adds up what each of them counted itself.
PASSED=0
FAILED=0

# count KIND LOG: prints "passed failed" as the runner's own last words say.
count() {
  sed -E 's/\x1b\[[0-9;]*[A-Za-z]//g' "$2" | awk -v kind="$1" '
    function number_before(word,   text, found) {
      found = 0; text = $0
      if (match(text, "[0-9]+ " word)) { found = substr(text, RSTART, RLENGTH) + 0 }
      return found
    }
    kind == "nextest" && /Summary \[/            { passed += number_before("passed"); failed += number_before("failed") + number_before("timed out") + number_before("exec failed") }
    kind == "cargo" && /^test result: /          { passed += number_before("passed"); failed += number_before("failed") }
    kind == "vitest" && /^ *Tests /              { passed += number_before("passed"); failed += number_before("failed") }
    kind == "node" && /^(#|ℹ) pass /             { passed += $3 }
    kind == "node" && /^(#|ℹ) fail /             { failed += $3 }
    kind == "playwright" && /^ +[0-9]+ passed/   { passed += number_before("passed") }
    kind == "playwright" && /^ +[0-9]+ failed/   { failed += number_before("failed") }
    kind == "tap" && /^ok /                      { passed += 1 }
    kind == "tap" && /^not ok /                  { failed += 1 }
    END { print passed + 0, failed + 0 }'
}

# run_counted KIND NAME COMMAND…: a runner that fails without naming a failure, or counts nothing, is one failure.
run_counted() {
  local kind="$1" name="$2" log="$LOGS/$2.log" code=0 passed failed started=$SECONDS
  shift 2
  say "$name"
  "$@" 2>&1 | tee "$log" || code=$?
  read -r passed failed < <(count "$kind" "$log")
  if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
    echo "$name: ended with $code and named no failed test" >&2
    failed=1
  elif [ "$((passed + failed))" -eq 0 ]; then
    echo "$name: ran no test" >&2
    failed=1
  fi
  PASSED=$((PASSED + passed))
  FAILED=$((FAILED + failed))
  printf '%s: %s passed, %s failed, %s s\n' "$name" "$passed" "$failed" "$((SECONDS - started))" | tee -a "$LOGS/summary.txt"
}

# The last line stands alone; 0 tests are a failure.
close_tally() {
  echo
  cat "$LOGS/summary.txt"
  echo
  printf '%s passed, %s failed\n' "$PASSED" "$FAILED"
  [ "$FAILED" -eq 0 ] && [ "$PASSED" -gt 0 ]
}
