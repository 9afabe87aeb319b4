"""Lints: legal, but wanting a second look before a scheme is published."""

from kaocheng.engine.messages.message import lint

LINTS = (
    lint(
        "L01",
        "“{title}”的界限 {value} 同时属于两档，按较好的一档计。",
        "请在通知中写明“以上含本数”；需要另一种读法时写 boundary: worse。",
        "In “{title}” the boundary {value} lies in two bands; the better one counts.",
        "Say in the notice which band it belongs to; boundary: worse selects the other reading.",
    ),
    lint(
        "L02",
        "“{title}”通知没有写明，现为默认值，发布前须由采用单位确认。",
        "请在采用时填写并确认这个参数。",
        "“{title}” is not in the notice; its default must be confirmed before publishing.",
        "Fill in and confirm the parameter on adoption.",
    ),
    lint(
        "L04",
        "“{title}”通知没有给出，还没有填写。",
        "请向发文单位取得附件或由采用单位确定；没有填写之前相关指标算不出来。",
        "“{title}” is not given in the notice and is still empty.",
        "Obtain the annex or decide it on adoption.",
    ),
    lint(
        "L11",
        "“{title}”：{what}。",
        "请在通知中补写；或写 floor、cap 定明。",
        "“{title}”: {what}.",
        "Say it in the notice, or set floor or cap.",
    ),
)
