"""Messages about a computation that could not be finished (R01–R19)."""

from kaocheng.engine.messages.message import error

RUNNING = (
    error(
        "R01",
        "内存不够，没有核算完（上限：{limit}）；原有文件没有改动。",
        "请关闭别的程序，或用 --memory 调高上限、用 --temp 指定有空间的临时文件夹，也可以换一台内存更大的机器。",
        "Out of memory (limit: {limit}); nothing was finished, and what was there is unchanged.",
        "Close other programs, raise the limit with --memory, name a roomy folder with --temp, or use a larger machine.",
    ),
    error(
        "R02",
        "临时文件夹“{path}”写不下去（系统提示：{detail}），没有核算完；原有文件没有改动。",
        "请清理它所在的磁盘，或用 --temp 指定另一个文件夹，再运行一次。",
        "The temporary folder “{path}” cannot be written (the system says: {detail}); nothing was finished, and what was there is unchanged.",
        "Free some space there or name another folder with --temp, and run again.",
    ),
    error(
        "R03",
        "集群上有一段没有算完：{detail}；原有文件没有改动。",
        "请查看集群的日志，排除故障后再运行一次，或改用 --backend duckdb；结果相同。",
        "A range of the cluster did not finish: {detail}; what was there is unchanged.",
        "See the cluster's logs and run again, or use `--backend duckdb`: the results are the same.",
    ),
)
