# R's survival. Usage: Rscript by_r.R TASK FOLDER COLUMNS
suppressMessages(library(survival))
given <- commandArgs(TRUE)
task <- given[1]
read <- function(name, n) readBin(file.path(given[2], paste0(name, ".bin")), "double", n)
n <- file.size(file.path(given[2], "end.bin")) / 8
p <- as.integer(given[3])
X <- matrix(read("X", n * p), n, p)
end <- read("end", n); event <- read("event", n); entry <- read("entry", n)
cluster <- read("cluster", n); group <- read("group", n)
table <- data.frame(end, event, entry, cluster)
table$X <- X
numbers_of <- function(m) c(coef(m), sqrt(diag(vcov(m))))
run <- switch(task,
  cox_clusters = function() numbers_of(coxph(Surv(end, event) ~ X, table, cluster = cluster)),
  cox_start_stop = function() numbers_of(coxph(Surv(entry, end, event) ~ X, table, cluster = cluster)),
  kaplan_meier = function() summary(survfit(Surv(end, event) ~ group), times = 90)$surv,
  concordance = function() concordance(Surv(end, event) ~ X[, 1], reverse = TRUE, keepstrata = FALSE)$concordance,
  uno_c = function() concordance(Surv(end, event) ~ X[, 1], reverse = TRUE, timewt = "n/G2", keepstrata = FALSE)$concordance,
  function() numbers_of(coxph(Surv(end, event) ~ X, table)))
seconds <- system.time(numbers <- run())[["elapsed"]]
load <- as.numeric(strsplit(readLines("/proc/loadavg"), " ")[[1]][1])
cat(sprintf('{"engine": "R survival", "version": "%s", "seconds": %.4f, "share": 1, "load": %.2f, "peak_mb": %.0f, "numbers": [%s]}\n',
  packageVersion("survival"), seconds, load, sum(gc()[, 6]), paste(sprintf("%.17g", numbers), collapse = ", ")))
