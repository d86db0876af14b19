//! What an earlier run left behind: dialogs that are ended from their records, and answers to INVITEs that nobody remembers.
use crate::api::{DialogRecord, Event, Flow, Orphan};
use crate::dialog::Dialog;
use crate::machine::Sip;
use crate::message::{Draft, Method, Name, Response, reason};
use crate::transaction::Owner;
use messages::{Extension, Q850};

impl Sip {
    /// BYE to a dialog of an earlier run. `Event::OrphanEnded` follows when the peer has answered, or cannot be reached.
    pub(crate) fn bye_orphan(&mut self, orphan: Orphan, record: &DialogRecord) {
        let Some(mut dialog) = Dialog::of_record(record) else {
            return self.tell(Event::OrphanEnded(orphan));
        };
        let bye = bye(&mut dialog);
        self.open_client(dialog.next_flow(), bye, Owner::Orphan(orphan));
    }

    /// A 2xx to an INVITE of an earlier run: the callee believes in a call. It is acknowledged and ended.
    pub(crate) fn on_stray_answer(&mut self, flow: Flow, response: &Response) {
        let accepted = response.method == Method::Invite && (200..300).contains(&response.code);
        let (from, to) = (response.from.tag(), response.to.tag());
        let ours = self.legs.find(&response.call_id, from, to).is_some();
        if !accepted || ours || self.is_full() || !self.is_peer(flow, &response.to.uri.user) {
            return;
        }
        let our_from = response.head.first(Name::From).unwrap_or_default();
        let mut dialog = Dialog {
            call_id: response.call_id.clone(),
            local_tag: from.to_owned(),
            remote_tag: String::new(),
            local: our_from.to_owned(),
            remote: String::new(),
            contact: String::new(),
            target: response.to.uri.request_text().to_owned(),
            routes: Vec::new(),
            local_seq: response.cseq,
            remote_seq: None,
            flow,
            follows_target: self.config.trunk_at(flow.remote).is_some(),
        };
        dialog.confirm(response);
        let next = dialog.next_flow();
        self.send_alone(next, dialog.ack(response.cseq));
        let bye = bye(&mut dialog);
        self.open_client(next, bye, Owner::Nobody);
    }

    /// A trunk, or the phone that is called so, at the place where it registered.
    fn is_peer(&self, flow: Flow, called: &str) -> bool {
        let phone = || {
            let extension = Extension::parse(called)?;
            Some(self.registrar.freshest(&extension)?.flow == flow)
        };
        self.config.trunk_at(flow.remote).is_some() || phone() == Some(true)
    }
}

fn bye(dialog: &mut Dialog) -> Draft {
    let mut bye = dialog.request(Method::Bye);
    bye.head.push(Name::Reason, reason::print(Q850(41)));
    bye
}
