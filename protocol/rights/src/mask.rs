//! What is left of a personal value when it is masked.

/// What stands for a value that must not be seen at all, and for one that was erased.
pub(crate) const NOTHING: &str = "";

/// `13800138000` → `138****8000`. Of 7 digits and fewer only the last two stay; of 3 and fewer nothing.
pub(crate) fn number(digits: &str) -> String {
    let chars: Vec<char> = digits.chars().collect();
    let (head, tail) = match chars.len() {
        0..=3 => (0, 0),
        4..=7 => (0, 2),
        8..=10 => (2, 3),
        _ => (3, 4),
    };
    covered(&chars, head, tail)
}

/// `张小芳` → `张**`, `John Smith` → `J*********`; of a single character nothing stays.
pub(crate) fn name(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    covered(&chars, usize::from(chars.len() > 1), 0)
}

fn covered(chars: &[char], head: usize, tail: usize) -> String {
    let last = chars.len() - tail;
    chars
        .iter()
        .enumerate()
        .map(|(at, c)| if at < head || at >= last { *c } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{name, number};
    use proptest::prelude::*;

    #[test]
    fn enough_is_covered_and_enough_is_left_to_tell_two_apart() {
        let numbers = [
            ("13800138000", "138****8000"),
            ("075588886666", "075*****6666"),
            ("4001234567", "40*****567"),
            ("95588", "***88"),
            ("114", "***"),
            ("", ""),
        ];
        for (clear, masked) in numbers {
            assert_eq!(number(clear), masked);
        }
        let names = [
            ("张小芳", "张**"),
            ("王芳", "王*"),
            ("李", "*"),
            ("Al", "A*"),
            ("", ""),
        ];
        for (clear, masked) in names {
            assert_eq!(name(clear), masked);
        }
    }

    proptest! {
        #[test]
        fn at_least_a_third_of_a_number_is_covered(digits in "[0-9]{1,32}") {
            let stars = number(&digits).chars().filter(|c| *c == '*').count();
            prop_assert!(stars * 3 >= digits.len());
        }

        #[test]
        fn any_text_is_masked_without_panic(text in "\\PC{0,80}") {
            prop_assert_eq!(name(&text).chars().count(), text.chars().count());
        }
    }
}
