//! `/setup`: the root certificate of this appliance, offered where HTTPS is not trusted yet. The only plain page there is.
use super::state::AppState;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use portal::Problem;
use sha2::{Digest as _, Sha256};

/// The certificate of the appliance's own CA. It is public.
#[derive(Clone, Debug)]
pub struct RootCertificate {
    pem: Bytes,
    fingerprint: String,
}

impl RootCertificate {
    /// `der`: for the fingerprint that people compare.
    #[must_use]
    pub fn new(pem: String, der: &[u8]) -> Self {
        let digest = Sha256::digest(der);
        let pairs: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        Self {
            pem: pem.into(),
            fingerprint: pairs.join(":"),
        }
    }
}

const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<title>准客呼 · 安装证书</title><body><h1>准客呼 · 安装本机根证书</h1>\
<p>浏览器使用麦克风需要受信任的 HTTPS。每台电脑只需安装一次;使用桌面话机的坐席不需要。</p>\
<ol><li><a href=\"/setup/ca.crt\">下载根证书 zhunkehu-ca.crt</a></li>\
<li>核对 SHA-256 指纹(管理员可在设备上看到同一串):<br><code>";
const TAIL: &str = "</code></li>\
<li>Windows:再下载 <a href=\"/setup/install.cmd\">install.cmd</a> 到同一文件夹,右键选择“以管理员身份运行”;\
或在管理员命令行运行 <code>certutil -addstore -f Root zhunkehu-ca.crt</code></li>\
<li>重新打开浏览器,访问本机的 https 地址。</li></ol>\
<p>该证书只能为本设备的名称和内网地址签名,不能用于其它网站。</p>\
<hr><p lang=\"en\">Install this appliance's root certificate once on each PC whose browser needs the microphone: download it, compare the fingerprint, \
add it to the trusted roots, restart the browser. It is name-constrained: it can vouch for this appliance and private addresses only.</p></body></html>\n";

/// Lies beside the downloaded certificate. ASCII and CRLF, as cmd.exe wants it.
const SCRIPT: &str = "@echo off\r\ncd /d \"%~dp0\"\r\n\
if not exist zhunkehu-ca.crt (echo zhunkehu-ca.crt must lie beside this file.& pause & exit /b 1)\r\n\
net session >nul 2>&1 || (echo Run this file as administrator.& pause & exit /b 1)\r\n\
certutil -addstore -f Root zhunkehu-ca.crt\r\nif errorlevel 1 (echo It was not installed.) else (echo Installed. Restart the browser.)\r\npause\r\n";

/// On the HTTPS listener.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route(
            "/setup",
            get(|State(state): State<AppState>| core::future::ready(page(state.root()))),
        )
        .route(
            "/setup/ca.crt",
            get(|State(state): State<AppState>| core::future::ready(file(state.root()))),
        )
        .route("/setup/install.cmd", get(script))
}

/// Everything that the plain listener serves: `/setup`, what `more` has, and the way to HTTPS.
pub fn plain_router(root: Option<RootCertificate>, more: Router, https_port: u16) -> Router {
    let of_page = root.clone();
    let router = Router::new()
        .route(
            "/setup",
            get(move || core::future::ready(page(of_page.as_ref()))),
        )
        .route(
            "/setup/ca.crt",
            get(move || core::future::ready(file(root.as_ref()))),
        )
        .route("/setup/install.cmd", get(script))
        .merge(more);
    let router = portal::serve::to_https(router, https_port);
    portal::shell::wrap(router, portal::shell::Shell::default())
}

#[allow(clippy::unused_async)] // the shape of a handler
async fn script() -> Response {
    let kind = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"install.cmd\"",
        ),
    ];
    (kind, SCRIPT).into_response()
}

fn page(root: Option<&RootCertificate>) -> Response {
    let Some(root) = root else {
        return Problem::not_found().into_response();
    };
    let kind = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (kind, format!("{HEAD}{}{TAIL}", root.fingerprint)).into_response()
}

fn file(root: Option<&RootCertificate>) -> Response {
    let Some(root) = root else {
        return Problem::not_found().into_response();
    };
    let kind = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"zhunkehu-ca.crt\"",
        ),
    ];
    (kind, root.pem.clone()).into_response()
}
