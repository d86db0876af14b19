//! Lists in pages: an opaque cursor that remembers where the last page ended.
use crate::{FieldError, Problem};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub const LIMIT_MAX: u16 = 200;
pub const LIMIT_DEFAULT: u16 = 50;
const CURSOR_BYTES_MAX: usize = 512;

/// `?cursor=&limit=`
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before; none: the first page.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// 1 to 200; 50 where it is not given.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u16>,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give it back as `cursor` for the next page; none: this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Mark<K> {
    #[serde(rename = "l")]
    list: String,
    #[serde(rename = "k")]
    key: K,
}

impl PageQuery {
    /// Rows asked for; outside 1..=200 is the asker's mistake.
    pub fn limit(&self) -> Result<u16, Problem> {
        match self.limit.unwrap_or(LIMIT_DEFAULT) {
            limit @ 1..=LIMIT_MAX => Ok(limit),
            _ => Err(Problem::invalid(vec![FieldError::new(
                "/limit",
                "out_of_range",
            )])),
        }
    }

    /// Where to go on; `None` for the first page. A cursor of another list is refused.
    pub fn after<K: DeserializeOwned>(&self, list: &str) -> Result<Option<K>, Problem> {
        let Some(text) = &self.cursor else {
            return Ok(None);
        };
        read(list, text)
            .map(Some)
            .ok_or_else(|| Problem::invalid(vec![FieldError::new("/cursor", "bad_cursor")]))
    }
}

impl<T> Page<T> {
    /// `rows` holds up to `limit` + 1 rows: the one too many tells that there is a next page.
    pub fn of<K: Serialize>(
        list: &str,
        limit: u16,
        mut rows: Vec<T>,
        key: impl Fn(&T) -> K,
    ) -> Self {
        let more = rows.len() > usize::from(limit);
        rows.truncate(usize::from(limit));
        let next = rows
            .last()
            .filter(|_| more)
            .and_then(|last| mark(list, key(last)));
        Self { items: rows, next }
    }

    /// `next`: the key of the last row, where there are more behind it.
    pub fn ending<K: Serialize>(list: &str, items: Vec<T>, next: Option<K>) -> Self {
        Self {
            items,
            next: next.and_then(|key| mark(list, key)),
        }
    }

    #[must_use]
    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(each).collect(),
            next: self.next,
        }
    }
}

fn mark<K: Serialize>(list: &str, key: K) -> Option<String> {
    let mark = Mark {
        list: list.to_owned(),
        key,
    };
    let json = serde_json::to_vec(&mark).ok()?;
    Some(URL_SAFE_NO_PAD.encode(json))
}

fn read<K: DeserializeOwned>(list: &str, text: &str) -> Option<K> {
    if text.len() > CURSOR_BYTES_MAX {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    let mark: Mark<K> = serde_json::from_slice(&json).ok()?;
    (mark.list == list).then_some(mark.key)
}

#[cfg(test)]
mod tests {
    use super::{Page, PageQuery};

    fn query(cursor: &str) -> PageQuery {
        PageQuery {
            cursor: Some(cursor.to_owned()),
            limit: None,
        }
    }

    #[test]
    fn a_page_ends_where_the_next_begins() {
        let page = Page::of("calls", 2, vec![5_u64, 4, 3], |row| *row);
        assert_eq!(page.items, [5, 4]);
        let next = page.next.unwrap();
        assert_eq!(query(&next).after::<u64>("calls").unwrap(), Some(4));
        assert!(query(&next).after::<u64>("customers").is_err());
        assert!(
            Page::of("calls", 3, vec![3_u64, 2, 1], |row| *row)
                .next
                .is_none()
        );
    }

    #[test]
    fn forged_cursors_and_limits_are_refused() {
        for bad in ["", "x", "e30", "////", &"A".repeat(600)] {
            assert_eq!(
                query(bad).after::<u64>("calls").unwrap_err().status,
                422,
                "{bad}"
            );
        }
        for bad in [0, 201, u16::MAX] {
            let query = PageQuery {
                cursor: None,
                limit: Some(bad),
            };
            assert_eq!(query.limit().unwrap_err().status, 422);
        }
        assert_eq!(PageQuery::default().limit().unwrap(), 50);
    }
}
