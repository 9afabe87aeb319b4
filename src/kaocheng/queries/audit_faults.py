"""What a check of the log has found, in plain Chinese."""

from __future__ import annotations

from kaocheng.methods.chain import Fault, FaultKind

_WHAT = {
    FaultKind.ROW_CHANGED: "第 {row} 条记录被改过（第 {seal} 号封存）。",
    FaultKind.ROW_GONE: "第 {row} 条记录不见了（{place}）。",
    FaultKind.ROW_UNSEALED: "第 {row} 条记录没有经过封存，是绕过程序写进去的。",
    FaultKind.ROW_LATE: "第 {row} 条记录超过 5 分钟还没有封存，请检查后台任务是否在运行。",
    FaultKind.SEAL_CHANGED: "第 {seal} 号封存与第 {before} 号接不上，其中一份被改过。",
    FaultKind.SEAL_GONE: "{run}封存不见了。",
    FaultKind.END_GONE: ("{run}封存不见了，日志末尾被截掉：{where}里有第 {until} 号的校验码。"),
    FaultKind.ANCHOR_DIFFERS: (
        "第 {seal} 号封存的校验码与{where}里的不同：第 {after} 号以后、到这一号为止的内容被重写过。"
    ),
}


def fault_text(fault: Fault, *, confirmed: int) -> str:
    """One sentence: what, and where; `confirmed` is the last seal that an anchor has borne out."""
    seal = fault.seal or 0
    return _WHAT[fault.kind].format(
        row=fault.row,
        seal=seal,
        until=fault.until,
        before=seal - 1,
        after=min(confirmed, seal - 1),
        run=f"第 {seal} 号" if fault.until == seal else f"第 {seal} 至 {fault.until} 号",
        where=fault.where or "对外给出的凭据",
        place=f"第 {seal} 号封存" if fault.seal else "还没有封存",
    )
