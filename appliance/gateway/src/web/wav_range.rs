//! Which bytes of a file a player asks for (RFC 9110 §14): one range; more than one is answered with all.

/// The part to send: `first..=last`, or everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Whole,
    Part {
        first: u64,
        last: u64,
    },
    /// 416: nothing of it is there.
    Outside,
}

/// Reads a `Range` header for a file of `length` bytes. What is no range of bytes is passed over, as the RFC says.
pub(super) fn wanted(header: Option<&str>, length: u64) -> Wanted {
    let Some(spec) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Wanted::Whole;
    };
    if spec.contains(',') {
        return Wanted::Whole;
    }
    let Some((first, last)) = spec.trim().split_once('-') else {
        return Wanted::Whole;
    };
    match (number(first), number(last)) {
        (Some(Ok(first)), None) if last.is_empty() => part(first, u64::MAX, length),
        (Some(Ok(first)), Some(Ok(last))) if first <= last => part(first, last, length),
        (None, Some(Ok(0))) if first.is_empty() => Wanted::Outside,
        (None, Some(Ok(tail))) if first.is_empty() => {
            part(length.saturating_sub(tail), u64::MAX, length)
        }
        (Some(Err(TooBig)), _) => Wanted::Outside,
        (Some(Ok(first)), Some(Err(TooBig))) => part(first, u64::MAX, length),
        _ => Wanted::Whole,
    }
}

struct TooBig;

/// `None`: no digits at all, or other characters among them.
fn number(text: &str) -> Option<Result<u64, TooBig>> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().map_err(|_big| TooBig))
}

const fn part(first: u64, last: u64, length: u64) -> Wanted {
    if first >= length {
        return Wanted::Outside;
    }
    let end = length - 1;
    Wanted::Part {
        first,
        last: if last < end { last } else { end },
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, wanted};

    #[test]
    fn one_range_is_cut_to_the_file_and_nonsense_is_passed_over() {
        let part = |first, last| Wanted::Part { first, last };
        let table = [
            (None, Wanted::Whole),
            (Some("bytes=0-"), part(0, 99)),
            (Some("bytes=10-19"), part(10, 19)),
            (Some("bytes=90-500"), part(90, 99)),
            (Some("bytes=-5"), part(95, 99)),
            (Some("bytes=-500"), part(0, 99)),
            (Some("bytes=-0"), Wanted::Outside),
            (Some("bytes=100-"), Wanted::Outside),
            (Some("bytes=99999999999999999999999-"), Wanted::Outside),
            (Some("bytes=5-99999999999999999999999"), part(5, 99)),
            (Some("bytes=20-10"), Wanted::Whole),
            (Some("bytes=0-1,5-6"), Wanted::Whole),
            (Some("bytes=a-b"), Wanted::Whole),
            (Some("bytes=-"), Wanted::Whole),
            (Some("lines=0-1"), Wanted::Whole),
        ];
        for (header, expected) in table {
            assert_eq!(wanted(header, 100), expected, "{header:?}");
        }
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Outside);
    }
}
