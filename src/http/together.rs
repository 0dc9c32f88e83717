//! Several calls under way at once, without a task or a thread of their own.
//!
//! Not the limiter: how many may leave is its business. Invariant: results come in the order of
//! the jobs, whichever ends first.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// One job.
pub type Job<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// Runs jobs, at most `limit` at a time. The first failure ends all: those under way are dropped.
pub async fn together<T, E>(limit: usize, jobs: Vec<Job<'_, T, E>>) -> Result<Vec<T>, E> {
    let mut done: Vec<Option<T>> = Vec::new();
    done.resize_with(jobs.len(), || None);
    let mut waiting = jobs.into_iter().zip(0_usize..);
    let mut running = Vec::new();
    poll_fn(|context| {
        loop {
            while running.len() < limit.max(1)
                && let Some(job) = waiting.next()
            {
                running.push(job);
            }
            let before = running.len();
            let mut failure = None;
            running.retain_mut(|(job, number)| match job.as_mut().poll(context) {
                Poll::Pending => true,
                Poll::Ready(Ok(value)) => {
                    if let Some(place) = done.get_mut(*number) {
                        *place = Some(value);
                    }
                    false
                }
                Poll::Ready(Err(error)) => {
                    failure.get_or_insert(error);
                    false
                }
            });
            if let Some(error) = failure {
                return Poll::Ready(Err(error));
            }
            if before == 0 {
                return Poll::Ready(Ok(()));
            }
            if running.len() == before {
                return Poll::Pending;
            }
            // A place became free: start the next jobs, which wake nobody unless polled once.
        }
    })
    .await?;
    Ok(done.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn never_more_than_the_limit_and_in_the_order_of_the_jobs() {
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let job = |number: usize| {
            let (now, most) = (&now, &most);
            Box::pin(async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // Later jobs end sooner.
                for _ in number..20 {
                    tokio::task::yield_now().await;
                }
                now.fetch_sub(1, Ordering::SeqCst);
                Ok::<_, ()>(number)
            }) as Job<'_, usize, ()>
        };
        let results = block_on(together(3, (0..20).map(job).collect()));
        assert_eq!(results, Ok((0..20).collect()));
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn the_first_failure_ends_all() {
        let jobs: Vec<Job<'_, (), &str>> = vec![
            Box::pin(std::future::pending()),
            Box::pin(async { Err("no") }),
        ];
        assert_eq!(block_on(together(2, jobs)), Err("no"));
        assert_eq!(
            block_on(together(2, Vec::<Job<'_, (), ()>>::new())),
            Ok(vec![])
        );
    }
}
