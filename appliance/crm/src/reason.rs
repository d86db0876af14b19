//! Reasons that people type: kept short, and without the numbers that they like to paste.
use messages::Refusal;

const CHARS_MAX: usize = 200;
/// Runs of digits from this length on are somebody's number until proved otherwise.
const DIGIT_RUN_MIN: usize = 5;

/// Trimmed, cut, digit runs covered; refused when nothing is left.
pub(crate) fn reason(text: &str) -> Result<String, Refusal> {
    let text: String = text
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(CHARS_MAX)
        .collect();
    if text.is_empty() {
        return Err(Refusal::ReasonMissing);
    }
    Ok(covered(&text))
}

/// Covers every run of digits (separators between them do not end a run).
fn covered(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = digits_end(&chars, at);
        let run = &chars[at..end];
        let digits = run.iter().filter(|c| c.is_numeric()).count();
        let hidden = digits >= DIGIT_RUN_MIN;
        out.extend(
            run.iter()
                .map(|c| if hidden && c.is_numeric() { '*' } else { *c }),
        );
        if end == at {
            out.push(chars[at]);
        }
        at = end.max(at + 1);
    }
    out
}

/// Behind the last digit of the run that begins at `start`; `start` itself where none begins.
fn digits_end(chars: &[char], start: usize) -> usize {
    let mut end = start;
    for (at, c) in chars.iter().enumerate().skip(start) {
        if c.is_numeric() {
            end = at + 1;
        } else if end == start || !matches!(c, ' ' | '-' | '.' | '(' | ')') {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::reason;
    use messages::Refusal;
    use proptest::prelude::*;

    #[test]
    fn a_reason_is_needed_and_keeps_no_number() {
        assert_eq!(reason("  "), Err(Refusal::ReasonMissing));
        let table = [
            ("客户要求 3 天后回电", "客户要求 3 天后回电"),
            (
                "他的新号码是13800138000,请改",
                "他的新号码是***********,请改",
            ),
            ("138-0013 8000 wrong", "***-**** **** wrong"),
            ("订单 1234", "订单 1234"),
        ];
        for (typed, kept) in table {
            assert_eq!(reason(typed).unwrap(), kept);
        }
    }

    proptest! {
        #[test]
        fn no_five_digits_in_a_row_survive(text in "[a0-9 .-]{1,60}") {
            if let Ok(kept) = reason(&text) {
                let plain: String = kept.chars().filter(|c| !" .-()".contains(*c)).collect();
                let longest = plain.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
                prop_assert!(longest.unwrap_or(0) < 5, "{kept}");
            }
        }
    }
}
