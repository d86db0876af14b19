//! The one cookie: `__Host-` (this host, HTTPS, whole site), HttpOnly, SameSite=Strict.
use crate::Token;
use axum::http::{HeaderMap, header};
use core::time::Duration;

pub(crate) fn set(name: &str, token: &Token, life: Duration) -> String {
    format!(
        "{name}={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={}",
        token.expose(),
        life.as_secs()
    )
}

pub(crate) fn gone(name: &str) -> String {
    format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// The token in the request's cookies; `None` if there is none that could be ours.
pub(crate) fn find(headers: &HeaderMap, name: &str) -> Option<Token> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| Token::parse(value))
}

#[cfg(test)]
mod tests {
    use super::{find, gone, set};
    use crate::Token;
    use axum::http::{HeaderMap, HeaderValue, header};
    use core::time::Duration;

    #[test]
    fn the_token_is_found_among_other_cookies_and_others_are_not_taken_for_it() {
        let token = Token::mint().unwrap();
        let cookie = set("__Host-a", &token, Duration::from_secs(9));
        assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=9"));
        assert!(gone("__Host-a").contains("Max-Age=0"));
        let mut headers = HeaderMap::new();
        let line = format!("x=1; __Host-a={}; y", token.expose());
        headers.insert(header::COOKIE, HeaderValue::from_str(&line).unwrap());
        assert_eq!(find(&headers, "__Host-a").unwrap().hash(), token.hash());
        assert!(find(&headers, "__Host-b").is_none());
    }
}
