//! The other end, as the cloud plays it: its book and its facts.
use link::{CloudBook, CloudEnd, Judged, KeysJudged};
use messages::{
    BoxId, UtcMs,
    lane::{DirectiveBatch, KeyOffer, Lane, Metrics},
    wire,
};

pub(super) struct Cloud {
    box_id: BoxId,
    book: CloudBook,
    pub(super) facts: Vec<Vec<u8>>,
    pub(super) metrics: Vec<Metrics>,
    /// Signed, on their way down.
    pub(super) directives: Vec<Vec<u8>>,
    pub(super) offers: Vec<KeyOffer>,
}

impl Cloud {
    pub(super) fn new(box_id: BoxId) -> Self {
        Self {
            box_id,
            book: CloudBook::NEW,
            facts: Vec::new(),
            metrics: Vec::new(),
            directives: Vec::new(),
            offers: Vec::new(),
        }
    }

    /// Takes a message and hands back what goes down.
    pub(super) fn hear(&mut self, lane: Lane, bytes: &[u8]) -> Option<(Lane, Vec<u8>)> {
        let mut end = CloudEnd::new(self.box_id.clone(), self.book);
        let reply = match lane {
            Lane::Hello => {
                let greeted = end.hello(bytes, UtcMs(0), |_| None).unwrap();
                Some((Lane::Welcome, greeted.welcome))
            }
            Lane::Facts => match end.batch(bytes, UtcMs(0)) {
                Judged::Apply { facts, head, .. } => {
                    self.facts.extend(facts.into_iter().map(|fact| fact.bytes));
                    Some((Lane::Ack, end.committed(head, 0).unwrap()))
                }
                Judged::Skip { ack } => Some((Lane::Ack, ack)),
                Judged::Refuse { reply, .. } => reply,
            },
            Lane::Metrics => {
                self.metrics.push(wire::decode(bytes).unwrap());
                let signed = self.directives.pop()?;
                let batch = DirectiveBatch {
                    first: 1,
                    directives: vec![signed.into()],
                };
                Some((Lane::Directives, wire::encode(&batch).unwrap()))
            }
            Lane::KeysUp => match end.keys(bytes).unwrap() {
                KeysJudged::Keep { offers, upto, last } => {
                    self.offers.extend(offers);
                    Some((Lane::KeyAck, end.keys_kept(upto, last).unwrap()))
                }
                KeysJudged::Tell { ack } => Some((Lane::KeyAck, ack)),
            },
            Lane::State | Lane::Result | Lane::UrgentUp | Lane::Pull | Lane::DirectiveAck => None,
            Lane::Welcome
            | Lane::Ack
            | Lane::Directives
            | Lane::UrgentDown
            | Lane::KeyAck
            | Lane::Command
            | Lane::Tail => panic!("not a lane of a box"),
        };
        self.book = *end.book();
        reply
    }
}
