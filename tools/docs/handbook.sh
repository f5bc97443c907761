#!/bin/sh
# ~/handbook as several pages speak of it: a rule in a repository, which somebody changed and renamed later.
set -eu

commit() {
  git -C ~/handbook add .
  GIT_AUTHOR_DATE=$1 GIT_COMMITTER_DATE=$1 git -C ~/handbook commit -qm "$2"
}

git init -q ~/handbook
printf '# Travel expenses\n\nTravel expenses are paid within 30 days.\nInvoices are kept for ten years.\n' > ~/handbook/expenses.md
commit 2026-03-02T09:00:00Z 'Say when travel expenses are paid'
git -C ~/handbook mv expenses.md travel.md
printf '# Travel expenses\n\nTravel expenses are paid within 14 days.\nInvoices are kept for ten years.\n' > ~/handbook/travel.md
commit 2026-06-15T09:00:00Z 'Pay travel expenses sooner'
