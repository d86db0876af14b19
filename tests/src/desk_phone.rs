//! A desk phone with the settings of its maker: asks its network where its configuration is, fetches it, reads it.
//! Each maker's file is read as that maker's phones read it; nothing here knows how the gateway writes it.
use crate::deadline::PATIENCE;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;

const GROUP: Ipv4Addr = Ipv4Addr::new(224, 0, 1, 75);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    Yealink,
    Grandstream,
    Fanvil,
    Snom,
    CiscoSpa,
}

/// One phone of a maker.
#[derive(Clone, Debug)]
pub struct DeskPhone {
    pub maker: Maker,
    /// Twelve small hexadecimal digits.
    pub mac: &'static str,
    pub user_agent: &'static str,
}

/// What it read: where it registers, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub registrar: String,
    pub user: String,
    pub password: String,
    /// Where it looks for its next configuration: the file itself.
    pub next: String,
}

pub struct Fetched {
    pub status: u16,
    pub text: String,
}

/// A phone's question, and the socket where it waits for the answer.
pub struct Question {
    socket: UdpSocket,
}

impl DeskPhone {
    /// Asks everybody in the network of 127.0.0.1.
    ///
    /// # Panics
    /// Where loopback takes no multicast.
    #[must_use]
    pub fn plug_in(&self, port: u16) -> Question {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port of its own");
        socket.set_read_timeout(Some(PATIENCE)).expect("a patience");
        let own = socket.local_addr().expect("its port").port();
        let (mac, branch) = (self.mac, format!("{}{own}", self.mac));
        let message = format!(
            "SUBSCRIBE sip:MAC%3a{mac}@224.0.1.75 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{branch};rport\r\n\
             From: <sip:MAC%3a{mac}@224.0.1.75>;tag={own}\r\nTo: <sip:MAC%3a{mac}@224.0.1.75>\r\n\
             Call-ID: {branch}\r\nCSeq: 1 SUBSCRIBE\r\nContact: <sip:MAC%3a{mac}@127.0.0.1:{own}>\r\n\
             Max-Forwards: 70\r\nExpires: 0\r\nAccept: application/url\r\n\
             Event: ua-profile;profile-type=\"device\";vendor=\"{}\";model=\"x\";version=\"1\"\r\n\
             Content-Length: 0\r\n\r\n",
            self.vendor_word()
        );
        // the group is reached by the network that the socket is bound to
        let way = group_by_loopback(&socket);
        way.expect("loopback takes multicast");
        let group = SocketAddr::from((GROUP, port));
        socket
            .send_to(message.as_bytes(), group)
            .expect("the question leaves");
        Question { socket }
    }

    const fn vendor_word(&self) -> &'static str {
        match self.maker {
            Maker::Yealink => "Yealink",
            Maker::Grandstream => "Grandstream",
            Maker::Fanvil => "Fanvil",
            Maker::Snom => "snom",
            Maker::CiscoSpa => "Cisco",
        }
    }

    /// The files that it asks for below a folder, in their order; the last one is its own.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let mac = self.mac;
        match self.maker {
            Maker::Yealink => vec![
                "y000000000123.boot".to_owned(),
                "y000000000123.cfg".to_owned(),
                format!("{mac}.cfg"),
            ],
            Maker::Grandstream => vec![format!("cfg{mac}"), format!("cfg{mac}.xml")],
            Maker::Fanvil => vec!["F0V00X300000.cfg".to_owned(), format!("{mac}.cfg")],
            Maker::Snom => vec![format!("snomD785-{}.htm", mac.to_uppercase())],
            Maker::CiscoSpa => vec!["spa504G.cfg".to_owned()],
        }
    }

    /// Over HTTPS as curl speaks it, under the phone's own name.
    ///
    /// # Panics
    /// Where curl is not there.
    #[must_use]
    pub fn fetch(&self, url: &str) -> Fetched {
        let done = Command::new("curl")
            .args(["-sk", "--max-time", "20", "-A", self.user_agent])
            .args(["-w", "\n%{http_code}", url])
            .output()
            .expect("curl runs");
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let (text, status) = text.rsplit_once('\n').unwrap_or(("", "0"));
        Fetched {
            status: status.parse().unwrap_or(0),
            text: text.to_owned(),
        }
    }

    /// As a phone that was told a URL: a folder, or its file.
    #[must_use]
    pub fn fetch_from(&self, url: &str) -> Fetched {
        if !url.ends_with('/') {
            return self.fetch(url);
        }
        let mut last = None;
        for file in self.files() {
            last = Some(self.fetch(&format!("{url}{file}")));
        }
        last.expect("it asks for something")
    }

    /// What its file says; `None` where it is not a file of its maker.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Account> {
        match self.maker {
            Maker::Yealink => self.yealink(text),
            Maker::Grandstream => grandstream(text),
            Maker::Fanvil => fanvil(text),
            Maker::Snom => snom(text),
            Maker::CiscoSpa => cisco_spa(text),
        }
    }

    /// A file without the first line is thrown away; of two lines with one key the last one counts.
    fn yealink(&self, text: &str) -> Option<Account> {
        let mut lines = text.lines();
        lines.next().filter(|line| *line == "#!version:1.0.0.1")?;
        let pairs: BTreeMap<&str, &str> = lines
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.trim(), value.trim()))
            .collect();
        let of = |key: &str| pairs.get(key).map(|value| (*value).to_owned());
        of("account.1.enable").filter(|on| on == "1")?;
        let (host, port) = (
            of("account.1.sip_server.1.address")?,
            of("account.1.sip_server.1.port")?,
        );
        of("account.1.user_name")?;
        Some(Account {
            registrar: format!("{host}:{port}"),
            user: of("account.1.auth_name")?,
            password: of("account.1.password")?,
            next: format!(
                "{}{}.cfg",
                of("static.auto_provision.server.url")?,
                self.mac
            ),
        })
    }
}

impl Question {
    /// The URL that it is told, and says thanks; `None` where nobody tells it in time.
    #[must_use]
    pub fn answer(&self) -> Option<String> {
        let mut buffer = [0; 4_096];
        loop {
            let (length, from) = self.socket.recv_from(&mut buffer).ok()?;
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            let (head, body) = text.split_once("\r\n\r\n")?;
            if !head.starts_with("NOTIFY ") {
                continue;
            }
            let echoed = ["via:", "from:", "to:", "call-id:", "cseq:"];
            let lines = head.lines().skip(1).filter(|line| {
                let line = line.to_ascii_lowercase();
                echoed.iter().any(|name| line.starts_with(name))
            });
            let echo: Vec<&str> = lines.collect();
            let thanks = format!(
                "SIP/2.0 200 OK\r\n{}\r\nContent-Length: 0\r\n\r\n",
                echo.join("\r\n")
            );
            self.socket.send_to(thanks.as_bytes(), from).ok()?;
            return head.contains("application/url").then(|| body.to_owned());
        }
    }
}

fn group_by_loopback(socket: &UdpSocket) -> std::io::Result<()> {
    rustix::net::sockopt::set_ip_multicast_if(socket, &Ipv4Addr::LOCALHOST)?;
    Ok(())
}

/// The texts of all elements by their names; of two with one name the last one counts.
fn elements(text: &str, root: &str) -> Option<BTreeMap<String, String>> {
    let mut reader = Reader::from_str(text);
    let (mut path, mut found) = (Vec::<String>::new(), BTreeMap::new());
    let mut first = None;
    let mut so_far = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                let name = String::from_utf8_lossy(element.name().as_ref()).into_owned();
                first.get_or_insert_with(|| name.clone());
                path.push(name);
                so_far.clear();
            }
            Event::Text(piece) => so_far.push_str(&piece.decode().ok()?),
            Event::GeneralRef(entity) => so_far.push_str(&resolved(&entity)?),
            Event::End(_) => {
                found.insert(path.pop()?, core::mem::take(&mut so_far));
            }
            Event::Eof => break,
            Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
    (path.is_empty() && first.as_deref() == Some(root)).then_some(found)
}

fn resolved(entity: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    let name = entity.decode().ok()?;
    quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned)
}

/// P-values: P47 server, P36 authentication id, P34 password, P237 where the next one is, without its scheme.
fn grandstream(text: &str) -> Option<Account> {
    let all = elements(text, "gs_provision")?;
    all.get("P271").filter(|on| *on == "1")?;
    all.get("P35")?;
    let scheme = match all.get("P212")?.as_str() {
        "1" => "http",
        "2" => "https",
        _ => return None,
    };
    Some(Account {
        registrar: all.get("P47")?.clone(),
        user: all.get("P36")?.clone(),
        password: all.get("P34")?.clone(),
        next: format!("{scheme}://{}/cfg{}.xml", all.get("P237")?, all.get("mac")?),
    })
}

fn fanvil(text: &str) -> Option<Account> {
    let all = elements(text, "VOIP_CONFIG_FILE")?;
    all.get("Enable_Reg").filter(|on| *on == "1")?;
    let scheme = match all.get("Auto_Protocol")?.as_str() {
        "4" => "http",
        "5" => "https",
        _ => return None,
    };
    Some(Account {
        registrar: format!(
            "{}:{}",
            all.get("Register_Addr")?,
            all.get("Register_Port")?
        ),
        user: all.get("Register_User")?.clone(),
        password: all.get("Register_Pswd")?.clone(),
        next: format!(
            "{scheme}://{}{}",
            all.get("Auto_Server_Addr")?,
            all.get("Auto_Config_Name")?
        ),
    })
}

fn snom(text: &str) -> Option<Account> {
    let all = elements(text, "settings")?;
    all.get("user_active").filter(|on| *on == "on")?;
    Some(Account {
        registrar: all.get("user_host")?.clone(),
        user: all.get("user_pname")?.clone(),
        password: all.get("user_pass")?.clone(),
        next: all.get("setting_server")?.clone(),
    })
}

fn cisco_spa(text: &str) -> Option<Account> {
    let all = elements(text, "flat-profile")?;
    all.get("Line_Enable_1_").filter(|on| *on == "Yes")?;
    Some(Account {
        registrar: all.get("Proxy_1_")?.clone(),
        user: all.get("Auth_ID_1_")?.clone(),
        password: all.get("Password_1_")?.clone(),
        next: all.get("Profile_Rule")?.clone(),
    })
}

/// Where a model's common file of Cisco SPA sends the phone.
#[must_use]
pub fn profile_rule(text: &str, mac: &str) -> Option<String> {
    let all = elements(text, "flat-profile")?;
    Some(all.get("Profile_Rule")?.replace("$MA", mac))
}
