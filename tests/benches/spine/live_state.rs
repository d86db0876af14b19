//! While a backlog drains: how old the live state is that headquarters shows, and how soon a refusal of contact is known.
use crate::table::Row;
use crate::world::World;
use house_tests::page::Page;
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(crate) struct LiveState<'a> {
    hq: &'a Page,
    branch: PathBuf,
    began: Instant,
    /// Each look: how old the live state was, and how many seconds into the drain.
    ages: Vec<(f64, f64)>,
    refusal: Refusal,
}

enum Refusal {
    /// Not before the drain is on its way.
    ToCome,
    Said {
        at: Instant,
        behind: u64,
    },
    Known(Duration),
}

impl<'a> LiveState<'a> {
    pub(crate) fn begin(world: &World, hq: &'a Page) -> Self {
        Self {
            hq,
            branch: world.path("data/branch.db"),
            began: Instant::now(),
            ages: Vec::new(),
            refusal: Refusal::ToCome,
        }
    }

    pub(crate) fn look(&mut self) {
        // the first sample comes with the first second
        if self.began.elapsed() > Duration::from_secs(2) {
            let branch = self.hq.get("/api/v1/branches").json()["items"][0].clone();
            if let Some(utc) = branch["metrics"]["utc"].as_u64() {
                let age = (now_ms() as f64 - utc as f64) / 1_000.0;
                self.ages.push((age, self.began.elapsed().as_secs_f64()));
            }
        }
        match self.refusal {
            Refusal::ToCome => {
                let behind = self.newest();
                let body = json!({"number": "13912345678", "refused": true, "reason": "bench"});
                let answer = self.hq.post("/api/v1/refusals-of-contact", &body);
                assert_eq!(answer.status, 204, "{}", answer.body);
                let at = Instant::now();
                self.refusal = Refusal::Said { at, behind };
            }
            Refusal::Said { at, behind } if self.knows_since(behind) => {
                self.refusal = Refusal::Known(at.elapsed());
            }
            Refusal::Said { .. } | Refusal::Known(_) => {}
        }
    }

    pub(crate) fn rows(mut self) -> Vec<Row> {
        self.ages.sort_by(|one, other| one.0.total_cmp(&other.0));
        let oldest = self.ages.last().copied();
        let most = self.ages.get(self.ages.len() * 99 / 100).copied();
        let known = match self.refusal {
            Refusal::Known(after) => Some(after.as_secs_f64()),
            Refusal::ToCome | Refusal::Said { .. } => None,
        };
        let row = |what, figure: Option<f64>, method: String| {
            figure.map(|figure| Row::new(what, figure, "s", method))
        };
        let looks = format!(
            "{} looks during the drain, a sample a second; the oldest {:.0} s into it",
            self.ages.len(),
            oldest.map_or(0.0, |(_, at)| at)
        );
        let refusal = "from headquarters' page to the branch's journal, looked at beside the drain";
        [
            row(
                "age of the live state that HQ shows, p99",
                most.map(|(age, _)| age),
                looks.clone(),
            ),
            row(
                "age of the live state that HQ shows, at most",
                oldest.map(|(age, _)| age),
                looks,
            ),
            row(
                "a refusal of contact on its way down",
                known,
                refusal.to_owned(),
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn newest(&self) -> u64 {
        self.ask("SELECT max(seq) FROM journal")
    }

    fn knows_since(&self, behind: u64) -> bool {
        let query = format!(
            "SELECT count(*) FROM journal WHERE seq > {behind} AND kind = 'tenant_dnc_changed'"
        );
        self.ask(&query) > 0
    }

    fn ask(&self, query: &str) -> u64 {
        let read = || -> rusqlite::Result<i64> {
            let database =
                Connection::open_with_flags(&self.branch, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            database.busy_timeout(Duration::from_secs(5))?;
            database.query_row(query, [], |row| row.get(0))
        };
        read().unwrap_or(0).unsigned_abs()
    }
}

fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
