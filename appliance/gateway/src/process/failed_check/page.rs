//! The page itself: plain HTML in both languages, without a script; its texts stand in the locales.
use super::advice::advice;
use serde_json::Value;
use std::fmt::Write as _;

const LOCALES: [(&str, &str); 2] = [
    (
        "zh-CN",
        include_str!("../../../../../protocol/web/locales/zh-CN.json"),
    ),
    (
        "en",
        include_str!("../../../../../protocol/web/locales/en.json"),
    ),
];

const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>准客呼 · 自检未通过</title><style>\
body{margin:0;background:#f5f6f8;color:#1f2329;font:15px/1.65 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif}\
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:20px;max-width:1240px;margin:0 auto;padding:20px}\
header{background:#b42318;color:#fff;padding:14px 24px;font-size:20px}header code{background:#0003;color:#fff}\
section{background:#fff;border:1px solid #dfe2e8;border-radius:8px;padding:4px 24px 16px}\
h1{font-size:19px}h2{font-size:15px;margin:16px 0 4px}p{margin:6px 0}ol{margin:4px 0;padding-left:22px}li{margin:4px 0}\
code{background:#eef0f4;border-radius:4px;padding:1px 5px;font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}\
</style></head><body>";

/// `found`: what the check itself said; holds nothing personal.
pub(super) fn html(code: &str, found: &str) -> String {
    let mut page = String::from(HEAD);
    let _ = write!(
        page,
        "<header>准客呼 Zhunkehu · <code>{}</code></header><main>",
        safe(code)
    );
    for (language, locale) in LOCALES {
        let locale: Value = serde_json::from_str(locale).unwrap_or(Value::Null);
        let _ = write!(
            page,
            "<section lang=\"{language}\">{}</section>",
            told(&locale, code, found)
        );
    }
    page.push_str("</main></body></html>\n");
    page
}

fn told(locale: &Value, code: &str, found: &str) -> String {
    let say = |key: &str| safe(text(locale, "boot_check", key));
    let advice = advice(code);
    let mut html = format!(
        "<h1>{}</h1><p>{}</p><h2>{}</h2><p>{} <code>{}</code></p><p><code>{}</code></p><h2>{}</h2><p>{}</p><h2>{}</h2><ol>",
        say("title"),
        say("lead"),
        say("what"),
        safe(text(locale, "store", code)),
        safe(code),
        safe(found),
        say("safe"),
        say(&format!("{advice}_safe")),
        say("steps"),
    );
    for step in text(locale, "boot_check", &format!("{advice}_steps")).lines() {
        let _ = write!(html, "<li>{}</li>", commands(&safe(step)));
    }
    let _ = write!(
        html,
        "<li>{}</li></ol><p>{}</p>",
        commands(&say("last_step")),
        say("help")
    );
    html
}

fn text<'a>(locale: &'a Value, family: &str, key: &str) -> &'a str {
    let found = locale.get(family).and_then(|family| family.get(key));
    found.and_then(Value::as_str).unwrap_or(key_of_nothing())
}

const fn key_of_nothing() -> &'static str {
    "—"
}

/// What stands between backquotes is a command.
fn commands(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let marked = parts.map(|(n, part)| match n % 2 {
        0 => part.to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    marked.collect()
}

fn safe(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{commands, html};
    use branch_store::StoreError;

    #[test]
    fn every_code_has_its_advice_and_every_page_is_whole_in_both_languages() {
        for code in StoreError::CODES {
            let page = html(code, "found <this>");
            assert!(!page.contains('—'), "{code}: a text is missing");
            assert!(page.contains("found &lt;this&gt;") && !page.contains('`'));
            assert!(
                page.matches("<li>").count() >= 6,
                "{code}: steps in both languages"
            );
        }
    }

    #[test]
    fn commands_are_marked() {
        assert_eq!(commands("run `a b` now"), "run <code>a b</code> now");
    }
}
