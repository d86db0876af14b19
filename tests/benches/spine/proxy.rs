//! Kamailio with rtpengine as a proxy between the same two ends: what the field does the same work with.
use house_tests::deadline::wait_until;
use house_tests::port;
use house_tests::process::Process;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const START: Duration = Duration::from_secs(20);
const MODULES: &str = "/usr/lib/x86_64-linux-gnu/kamailio/modules/";

pub(crate) struct Proxy {
    pub(crate) sip: SocketAddr,
    kamailio: Process,
    rtpengine: Process,
}

impl Proxy {
    /// `None` where Debian's packages are not installed.
    pub(crate) fn start(folder: &Path, carrier: SocketAddr) -> Option<Self> {
        let installed = |program: &str| Command::new(program).arg("-v").output().is_ok();
        if !installed("kamailio") || !installed("rtpengine") {
            println!("kamailio and rtpengine-daemon are not installed: not measured beside them");
            return None;
        }
        let sip = SocketAddr::from(([127, 0, 0, 1], port::free()));
        let (control, relay) = (port::free(), port::free_row(4_000));
        let home = folder.join("proxy");
        std::fs::create_dir_all(&home).expect("the folder takes folders");
        let file = home.join("kamailio.cfg");
        std::fs::write(&file, configuration(sip, carrier, control))
            .expect("the folder takes files");
        let mut command = Command::new("rtpengine");
        command
            .args([
                "--foreground",
                "--log-stderr",
                "--log-level=3",
                "--table=-1",
                "--delete-delay=0",
                "--interface=127.0.0.1",
            ])
            .arg(format!("--listen-ng=127.0.0.1:{control}"))
            .arg(format!("--port-min={relay}"))
            .arg(format!("--port-max={}", relay + 3_999));
        let rtpengine = Process::start("rtpengine", &home, &mut command);
        let mut command = Command::new("kamailio");
        command
            .args(["-DD", "-E", "-m", "256", "-w"])
            .arg(&home)
            .arg("-Y")
            .arg(&home)
            .arg("-f")
            .arg(&file);
        let kamailio = Process::start("kamailio", &home, &mut command);
        let proxy = Self {
            sip,
            kamailio,
            rtpengine,
        };
        proxy.wait_until_it_answers();
        Some(proxy)
    }

    fn wait_until_it_answers(&self) {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).expect("a socket");
        let patience = Some(Duration::from_millis(200));
        socket.set_read_timeout(patience).expect("a timeout");
        let own = socket.local_addr().expect("an address");
        let text = format!(
            "OPTIONS sip:{to} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKprobe\r\nFrom: <sip:a@b>;tag=1\r\n\
             To: <sip:{to}>\r\nCall-ID: probe\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
            to = self.sip
        );
        wait_until("the proxy answers", START, || {
            let _sent = socket.send_to(text.as_bytes(), self.sip);
            socket.recv(&mut [0; 2_048]).ok()
        });
    }

    pub(crate) fn processes(&self) -> Vec<u32> {
        vec![self.kamailio.id(), self.rtpengine.id()]
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        for process in [&mut self.kamailio, &mut self.rtpengine] {
            process.terminate();
            process.ended(START);
        }
    }
}

/// A stateful proxy that records its route, asks phones for their password, and sends media through rtpengine.
fn configuration(sip: SocketAddr, carrier: SocketAddr, control: u16) -> String {
    let modules: String = [
        "tm",
        "sl",
        "rr",
        "pv",
        "maxfwd",
        "textops",
        "siputils",
        "usrloc",
        "registrar",
        "auth",
        "rtpengine",
    ]
    .map(|module| format!("loadmodule \"{module}.so\"\n"))
    .concat();
    format!(
        "#!KAMAILIO\ndebug=0\nlog_stderror=yes\nfork=yes\nchildren=2\nauto_aliases=no\ndisable_tcp=yes\nlisten=udp:{sip}\n\
         mpath=\"{MODULES}\"\n{modules}\
         modparam(\"rtpengine\", \"rtpengine_sock\", \"udp:127.0.0.1:{control}\")\nmodparam(\"usrloc\", \"db_mode\", 0)\n\
         request_route {{\n\
         if (!mf_process_maxfwd_header(\"10\")) {{ sl_send_reply(\"483\", \"Too Many Hops\"); exit; }}\n\
         if (is_method(\"OPTIONS\")) {{ sl_send_reply(\"200\", \"OK\"); exit; }}\n\
         if (is_method(\"REGISTER\")) {{\n\
           if (!pv_www_authenticate(\"bench\", \"pw$fU\", \"0\")) {{ www_challenge(\"bench\", \"0\"); exit; }}\n\
           save(\"location\"); exit;\n}}\n\
         if (has_totag()) {{\n\
           if (loose_route()) {{ if (is_method(\"BYE\")) rtpengine_delete(); t_relay(); exit; }}\n\
           if (is_method(\"ACK\")) {{ if (t_check_trans()) t_relay(); exit; }}\n\
           sl_send_reply(\"404\", \"Not here\"); exit;\n}}\n\
         if (is_method(\"CANCEL\")) {{ if (t_check_trans()) t_relay(); exit; }}\n\
         record_route();\nrtpengine_offer();\nt_on_reply(\"MEDIA\");\n$du = \"sip:{carrier}\";\nt_relay();\n}}\n\
         onreply_route[MEDIA] {{ if (has_body(\"application/sdp\")) rtpengine_answer(); }}\n"
    )
}
