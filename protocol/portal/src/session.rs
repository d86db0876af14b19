//! Sessions: an opaque random token in the browser, its hash on our side, an end by idleness and an end at all.
use crate::Clock;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use core::time::Duration;
use messages::command::Role;
use messages::{Extension, Moment, UserName, UtcMs};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// What the browser holds: 256 random bits. Never logged, never stored.
#[derive(Clone)]
pub struct Token(String);

/// SHA-256 of a token: what a store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// `None` if the operating system has no random bytes to give.
    #[must_use]
    pub fn mint() -> Option<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads a cookie's value; `None` if it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok();
        fits.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

/// Somebody who signed in, on one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub user: UserName,
    pub role: Role,
    /// The phone on this user's desk.
    pub extension: Option<Extension>,
    pub since: UtcMs,
    pub from_ip: IpAddr,
}

/// How long sessions live and how many there may be.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Without any request.
    pub idle: Duration,
    /// Since the log-in, whatever happens.
    pub absolute: Duration,
    /// The oldest session of a user ends when he opens one more.
    pub per_user_max: usize,
    pub total_max: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle: Duration::from_hours(2),
            absolute: Duration::from_hours(12),
            per_user_max: 10,
            total_max: 10_000,
        }
    }
}

/// Where sessions are kept.
pub trait SessionStore: Send + Sync + 'static {
    fn open(&self, token: TokenHash, session: Session);
    /// The session if it lives; a request keeps it alive.
    fn touch(&self, token: TokenHash) -> Option<Session>;
    /// Lives it? Asking does not keep it alive.
    fn is_live(&self, token: TokenHash) -> bool;
    fn close(&self, token: TokenHash) -> Option<Session>;
    /// After a new password, a new role, an order of an admin.
    fn close_all_of(&self, user: &UserName);
}

struct Kept {
    session: Session,
    opened: Moment,
    used: Moment,
}

/// Sessions in memory: a restart signs everybody out.
pub struct MemorySessions {
    clock: Clock,
    limits: SessionLimits,
    kept: Mutex<BTreeMap<TokenHash, Kept>>,
}

impl MemorySessions {
    #[must_use]
    pub const fn new(clock: Clock, limits: SessionLimits) -> Self {
        Self {
            clock,
            limits,
            kept: Mutex::new(BTreeMap::new()),
        }
    }

    fn lives(&self, kept: &Kept, now: Moment) -> bool {
        now.since(kept.used) < self.limits.idle && now.since(kept.opened) < self.limits.absolute
    }
}

impl SessionStore for MemorySessions {
    fn open(&self, token: TokenHash, session: Session) {
        let now = self.clock.now().mono;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, one| self.lives(one, now));
        let mut own: Vec<_> = kept
            .iter()
            .filter(|(_, one)| one.session.user == session.user)
            .map(|(hash, one)| (one.opened, *hash))
            .collect();
        own.sort_unstable();
        let too_many = (own.len() + 1).saturating_sub(self.limits.per_user_max);
        for (_, hash) in own.iter().take(too_many) {
            kept.remove(hash);
        }
        if kept.len() >= self.limits.total_max {
            let longest_idle = kept.iter().min_by_key(|(_, one)| one.used);
            if let Some(hash) = longest_idle.map(|(hash, _)| *hash) {
                kept.remove(&hash);
            }
        }
        kept.insert(
            token,
            Kept {
                session,
                opened: now,
                used: now,
            },
        );
    }

    fn touch(&self, token: TokenHash) -> Option<Session> {
        let now = self.clock.now().mono;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let one = kept.get_mut(&token)?;
        if self.lives(one, now) {
            one.used = now;
            return Some(one.session.clone());
        }
        kept.remove(&token);
        None
    }

    fn is_live(&self, token: TokenHash) -> bool {
        let now = self.clock.now().mono;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&token).is_some_and(|one| self.lives(one, now))
    }

    fn close(&self, token: TokenHash) -> Option<Session> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(&token).map(|one| one.session)
    }

    fn close_all_of(&self, user: &UserName) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, one| one.session.user != *user);
    }
}

#[cfg(test)]
mod tests {
    use super::{MemorySessions, Session, SessionLimits, SessionStore as _, Token};
    use crate::clock::HeldClock;
    use core::time::Duration;
    use messages::command::Role;
    use messages::{UserName, UtcMs};
    use std::net::{IpAddr, Ipv4Addr};

    fn session(user: &str) -> Session {
        Session {
            user: UserName::parse(user).unwrap(),
            role: Role::Agent,
            extension: None,
            since: UtcMs(0),
            from_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }

    fn store(limits: SessionLimits) -> (HeldClock, MemorySessions) {
        let clock = HeldClock::at(UtcMs(0));
        let sessions = MemorySessions::new(clock.clock(), limits);
        (clock, sessions)
    }

    #[test]
    fn a_session_ends_by_idleness_and_at_its_absolute_end() {
        let (clock, sessions) = store(SessionLimits::default());
        let token = Token::mint().unwrap();
        sessions.open(token.hash(), session("li"));
        for _ in 0..11 {
            clock.advance(Duration::from_mins(60));
            assert!(sessions.touch(token.hash()).is_some());
        }
        clock.advance(Duration::from_mins(60));
        assert!(sessions.touch(token.hash()).is_none());

        sessions.open(token.hash(), session("li"));
        clock.advance(Duration::from_mins(119));
        assert!(sessions.is_live(token.hash()));
        clock.advance(Duration::from_mins(1));
        assert!(!sessions.is_live(token.hash()));
    }

    #[test]
    fn one_user_cannot_fill_the_store_and_the_longest_idle_makes_room() {
        let (clock, sessions) = store(SessionLimits {
            per_user_max: 2,
            total_max: 3,
            ..SessionLimits::default()
        });
        let tokens: Vec<_> = (0..3).map(|_| Token::mint().unwrap()).collect();
        for token in &tokens {
            sessions.open(token.hash(), session("li"));
            clock.advance(Duration::from_secs(1));
        }
        assert!(!sessions.is_live(tokens[0].hash()));
        assert!(sessions.is_live(tokens[2].hash()));
        for user in ["a", "b"] {
            sessions.open(Token::mint().unwrap().hash(), session(user));
        }
        assert!(!sessions.is_live(tokens[1].hash()));
        sessions.close_all_of(&UserName::parse("li").unwrap());
        assert!(!sessions.is_live(tokens[2].hash()));
    }

    #[test]
    fn tokens_differ_and_foreign_texts_are_none() {
        let token = Token::mint().unwrap();
        assert_ne!(token.hash(), Token::mint().unwrap().hash());
        assert!(Token::parse(token.expose()).is_some());
        for bad in ["", "abc", &"=".repeat(43), &"a".repeat(44)] {
            assert!(Token::parse(bad).is_none(), "{bad}");
        }
    }
}
