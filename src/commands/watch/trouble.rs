//! What cannot be written while interfaces are watched: told once for each place, and again only when it changes.

use anyhow::Result;
use tracing::warn;

/// How each place last failed, if it did.
#[derive(Default)]
pub(super) struct Trouble {
    records: LastFailure,
    evidence: LastFailure,
}

impl Trouble {
    /// How writing session records went.
    pub(super) fn records(&mut self, result: Result<()>) {
        self.records.tell(result);
    }

    /// How writing packets went.
    pub(super) fn evidence(&mut self, result: Result<()>) {
        self.evidence.tell(result);
    }
}

/// What was told last of one place.
#[derive(Default)]
struct LastFailure(Option<String>);

impl LastFailure {
    /// Watching goes on, and so does trying.
    fn tell(&mut self, result: Result<()>) {
        if let Some(news) = self.news(result) {
            warn!("{news}; trying again");
        }
    }

    /// A failure that is not the one from before.
    fn news(&mut self, result: Result<()>) -> Option<&str> {
        let failure = result.err().map(|error| format!("{error:#}"));
        let news = failure != self.0;
        self.0 = failure;
        self.0.as_deref().filter(|_| news)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_failure_is_news_once_until_it_changes() {
        let mut failure = LastFailure::default();
        assert_eq!(failure.news(Ok(())), None);
        assert_eq!(failure.news(Err(anyhow!("full"))), Some("full"));
        assert_eq!(failure.news(Err(anyhow!("full"))), None);
        assert_eq!(failure.news(Err(anyhow!("gone"))), Some("gone"));
        assert_eq!(failure.news(Ok(())), None);
        assert_eq!(failure.news(Err(anyhow!("gone"))), Some("gone"));
    }

    #[test]
    fn places_have_nothing_to_do_with_each_other() {
        let mut trouble = Trouble::default();
        trouble.records(Err(anyhow!("full")));
        trouble.evidence(Ok(()));
        assert_eq!(trouble.records.0.as_deref(), Some("full"));
        trouble.evidence(Err(anyhow!("full")));
        trouble.records(Ok(()));
        assert_eq!(trouble.evidence.0.as_deref(), Some("full"));
    }
}
