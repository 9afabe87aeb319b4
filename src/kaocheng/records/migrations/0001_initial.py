import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("member", "成员"),
                            ("workshop_leader", "坊主"),
                            ("lead", "负责人"),
                            ("clerk", "信息员"),
                            ("officer", "工程办"),
                            ("reviewer", "评审专家"),
                            ("system_admin", "系统管理员"),
                            ("security_admin", "安全管理员"),
                            ("audit_admin", "审计管理员"),
                        ],
                        max_length=16,
                        verbose_name="任职",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("regular", "在编"),
                            ("seconded", "借调（挂职抽调）"),
                            ("acting", "代理"),
                        ],
                        default="regular",
                        max_length=12,
                        verbose_name="性质",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="任职起")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="任职止")),
                ("reason", models.CharField(blank=True, max_length=80, verbose_name="依据")),
            ],
            options={
                "verbose_name": "任职",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ("method", models.CharField(default="sha256", max_length=8)),
                ("rows", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditUnsealed",
            fields=[
                ("row_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Collection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("title", models.CharField(max_length=60, verbose_name="标题")),
                ("why", models.CharField(blank=True, max_length=400, verbose_name="说明")),
                ("fields", models.JSONField(default=list)),
                ("to_kinds", models.JSONField(default=list, verbose_name="发往")),
                ("due_at", models.DateTimeField(verbose_name="截止")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("open", "填报中"), ("closed", "已截止")],
                        default="draft",
                        max_length=8,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(verbose_name="截止日期")),
                (
                    "slip_number",
                    models.CharField(blank=True, max_length=40, verbose_name="代办单编号"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="FileUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=200, verbose_name="文件名")),
                ("object_kind", models.CharField(max_length=32)),
                ("object_id", models.CharField(max_length=40)),
                (
                    "receipt_number",
                    models.CharField(max_length=32, unique=True, verbose_name="回执号"),
                ),
                ("received_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "absent_because",
                    models.CharField(blank=True, max_length=80, verbose_name="移交人不在岗的原因"),
                ),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="交接说明")),
                ("items", models.JSONField(default=list)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "待移交人签字"),
                            ("given", "待接收人签字"),
                            ("signed", "待监交人签字"),
                            ("taken", "已交接"),
                            ("cancelled", "已取消"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("given_at", models.DateTimeField(blank=True, null=True)),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("witnessed_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("subject", models.CharField(max_length=80, verbose_name="标题")),
                ("body", models.CharField(blank=True, max_length=500, verbose_name="内容")),
                ("page", models.CharField(blank=True, max_length=200)),
                ("object_kind", models.CharField(blank=True, max_length=32)),
                ("object_id", models.CharField(blank=True, max_length=40)),
                ("effect_key", models.CharField(max_length=120, unique=True)),
                ("made_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("serial", models.PositiveIntegerField(blank=True, null=True)),
                ("number", models.CharField(blank=True, max_length=120, verbose_name="文号")),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("body", models.TextField(max_length=20000, verbose_name="正文")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "草稿"), ("issued", "已发出"), ("withdrawn", "已撤回")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("to_kinds", models.JSONField(default=list, verbose_name="发往")),
                ("to_roles", models.JSONField(default=list, verbose_name="签收人")),
                ("sign_by", models.DateTimeField(blank=True, null=True, verbose_name="签收截止")),
                ("issued_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "withdrawn_because",
                    models.CharField(blank=True, max_length=160, verbose_name="撤回原因"),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=40, verbose_name="姓名")),
                ("pinyin", models.CharField(db_collation="C", editable=False, max_length=160)),
                (
                    "staff_number",
                    models.CharField(blank=True, max_length=32, verbose_name="师训编号"),
                ),
                (
                    "gender",
                    models.CharField(
                        blank=True,
                        choices=[("男", "男"), ("女", "女")],
                        max_length=1,
                        verbose_name="性别",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=20, verbose_name="学科")),
                ("title", models.CharField(blank=True, max_length=20, verbose_name="职称")),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "在岗"), ("retired", "退休"), ("left", "调离")],
                        default="active",
                        max_length=8,
                    ),
                ),
                ("retires_on", models.DateField(blank=True, null=True, verbose_name="退休日期")),
                ("is_demo", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "人员",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ReceiptDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("last_number", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RosterImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("file_name", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("checked", "已检查"), ("done", "已导入"), ("dropped", "已放弃")],
                        default="checked",
                        max_length=10,
                    ),
                ),
                ("counts", models.JSONField(default=dict)),
                ("problems", models.JSONField(default=list)),
                ("preview", models.JSONField(default=dict)),
                ("added", models.JSONField(default=list)),
                ("plan_digest", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Setting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("name", models.CharField(max_length=48)),
                ("value", models.JSONField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session_digest", models.CharField(max_length=64, unique=True)),
                ("device", models.CharField(max_length=120, verbose_name="设备")),
                ("address", models.GenericIPAddressField(null=True, verbose_name="地址")),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_because",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("signed_out", "本人退出"),
                            ("elsewhere", "在别的设备上结束"),
                            ("password", "密码已更改"),
                            ("idle", "长时间没有操作"),
                            ("administrator", "安全管理员结束"),
                        ],
                        max_length=16,
                    ),
                ),
                ("is_shared_pc", models.BooleanField(default=False, verbose_name="公用电脑")),
            ],
        ),
        migrations.CreateModel(
            name="SignInDelay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_digest", models.CharField(blank=True, max_length=64)),
                ("address", models.GenericIPAddressField(null=True, verbose_name="地址")),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField()),
                ("blocked_until", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SpareCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="校验码")),
                ("size", models.PositiveBigIntegerField(verbose_name="字节数")),
                ("media_type", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("quarantine", "待查验"),
                            ("clean", "可用"),
                            ("refused", "已拒收"),
                        ],
                        default="quarantine",
                        max_length=12,
                    ),
                ),
                ("refusal", models.CharField(blank=True, max_length=8)),
                ("stored_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="SweepRun",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("role", models.CharField(blank=True, max_length=16)),
                ("title", models.CharField(max_length=80, verbose_name="事项")),
                ("why", models.CharField(blank=True, max_length=160, verbose_name="说明")),
                ("source_kind", models.CharField(max_length=32)),
                ("source_id", models.CharField(max_length=40)),
                ("page", models.CharField(max_length=200)),
                ("verb", models.CharField(default="去办", max_length=12, verbose_name="按钮")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="截止")),
                (
                    "due_unit",
                    models.CharField(
                        choices=[("working_days", "个工作日"), ("days", "天"), ("hours", "小时")],
                        default="days",
                        max_length=12,
                    ),
                ),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("total_count", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待办"), ("done", "已办"), ("cancelled", "已取消")],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "returned_because",
                    models.CharField(blank=True, max_length=160, verbose_name="退回原因"),
                ),
                ("made_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("city", "市"),
                            ("district", "区"),
                            ("town", "镇"),
                            ("school", "学校"),
                            ("group", "教研组"),
                            ("township", "镇政府"),
                            ("company", "公司"),
                            ("department", "部门"),
                            ("panel", "专家组"),
                        ],
                        max_length=16,
                        verbose_name="类别",
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="名称")),
                ("short_name", models.CharField(blank=True, max_length=20, verbose_name="简称")),
                ("code", models.CharField(blank=True, max_length=24, verbose_name="机构代码")),
                ("pinyin", models.CharField(db_collation="C", editable=False, max_length=240)),
                (
                    "path",
                    models.CharField(blank=True, db_collation="C", editable=False, max_length=200),
                ),
                ("opens_on", models.DateField(verbose_name="成立日期")),
                ("closes_on", models.DateField(blank=True, null=True, verbose_name="撤并日期")),
                ("is_demo", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "单位",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="UnitPast",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("city", "市"),
                            ("district", "区"),
                            ("town", "镇"),
                            ("school", "学校"),
                            ("group", "教研组"),
                            ("township", "镇政府"),
                            ("company", "公司"),
                            ("department", "部门"),
                            ("panel", "专家组"),
                        ],
                        max_length=16,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                ("reason", models.CharField(blank=True, max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("login", models.CharField(max_length=40, unique=True, verbose_name="登录名")),
                ("is_active", models.BooleanField(default=True, verbose_name="可以登录")),
                ("must_change_password", models.BooleanField(default=True)),
                ("password_changed_at", models.DateTimeField(blank=True, null=True)),
                ("one_time_until", models.DateTimeField(blank=True, null=True)),
                ("earlier_passwords", models.JSONField(blank=True, default=list)),
                ("totp_secret", models.CharField(blank=True, max_length=64)),
                ("totp_confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("totp_last_step", models.BigIntegerField(default=0)),
                ("sms_confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("language", models.CharField(default="zh-hans", max_length=8)),
                ("large_type", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("is_demo", models.BooleanField(default=False)),
                (
                    "current_appointment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="records.appointment",
                    ),
                ),
            ],
            options={
                "verbose_name": "账号",
            },
        ),
        migrations.CreateModel(
            name="AuditRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("action", models.CharField(max_length=48)),
                ("account_id", models.BigIntegerField(null=True)),
                ("person_id", models.BigIntegerField(null=True)),
                ("helper_id", models.BigIntegerField(null=True)),
                ("role", models.CharField(blank=True, max_length=16)),
                ("unit_path", models.CharField(blank=True, db_collation="C", max_length=200)),
                ("object_kind", models.CharField(max_length=32)),
                ("object_id", models.CharField(max_length=40)),
                ("object_version", models.PositiveIntegerField(null=True)),
                ("changes", models.JSONField(default=dict)),
                ("request_id", models.CharField(blank=True, max_length=32)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["object_kind", "object_id", "id"], name="audit_object"),
                    models.Index(fields=["unit_path", "id"], name="audit_unit"),
                    models.Index(fields=["person_id", "id"], name="audit_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditAnchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("where", models.CharField(max_length=120, verbose_name="去处")),
                ("anchored_at", models.DateTimeField()),
                (
                    "seal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="anchors",
                        to="records.auditseal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CollectionPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("filling", "填报中"),
                            ("submitted", "已交"),
                            ("returned", "已退回"),
                        ],
                        default="filling",
                        max_length=10,
                    ),
                ),
                ("returned_because", models.CharField(blank=True, max_length=160)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "above",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="below",
                        to="records.collectionpart",
                    ),
                ),
                (
                    "collection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="records.collection",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CollectionRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("position", models.PositiveIntegerField()),
                ("values", models.JSONField(default=dict)),
                ("filled_at", models.DateTimeField()),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="records.collectionpart",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DoneOnce",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_id", models.BigIntegerField()),
                ("key", models.CharField(max_length=64)),
                ("action", models.CharField(max_length=48)),
                ("asked_digest", models.CharField(max_length=64)),
                ("answer", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="done_once_at")],
                "constraints": [
                    models.UniqueConstraint(fields=("account_id", "key"), name="done_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("form", models.CharField(max_length=160)),
                ("content", models.JSONField(default=dict)),
                ("serial", models.PositiveIntegerField(default=1)),
                ("kept_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="drafts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("payload", models.JSONField(default=dict)),
                ("effect_key", models.CharField(max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等待"),
                            ("done", "完成"),
                            ("failed", "没有做成"),
                            ("cancelled", "已取消"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("run_after", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("most_attempts", models.PositiveSmallIntegerField(default=5)),
                ("asked_by_person_id", models.BigIntegerField(null=True)),
                ("title", models.CharField(blank=True, max_length=80)),
                ("done_count", models.PositiveIntegerField(default=0)),
                ("total_count", models.PositiveIntegerField(blank=True, null=True)),
                ("outcome", models.JSONField(default=dict)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["run_after", "id"],
                        name="job_waiting",
                    ),
                    models.Index(fields=["asked_by_person_id", "-id"], name="job_asked_by"),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobEffect",
            fields=[
                ("key", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="effects",
                        to="records.job",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("mail", "邮件"), ("sms", "短信"), ("webhook", "群机器人")],
                        max_length=8,
                    ),
                ),
                ("effect_key", models.CharField(max_length=120, unique=True)),
                ("send_after", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("failure", models.CharField(blank=True, max_length=120)),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="records.message",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NoticeReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="records.notice",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PersonalData",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="personal_data",
                        serialize=False,
                        to="records.person",
                    ),
                ),
                ("id_number", models.CharField(blank=True, max_length=18, verbose_name="身份证号")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="手机号码")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="邮箱")),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="出生日期")),
            ],
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["pinyin", "id"], name="person_pinyin"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("staff_number", ""), _negated=True),
                fields=("staff_number",),
                name="person_staff_number_is_unique",
            ),
        ),
        migrations.AddField(
            model_name="noticereceipt",
            name="opened_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="noticereceipt",
            name="signed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.person"
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="giver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.person"
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.person"
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="taker",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.person"
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="witness",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="fileuse",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="entered_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.person"
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="helper",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="helps",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="helped_by",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="collectionrow",
            name="filled_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.person"
            ),
        ),
        migrations.AddField(
            model_name="collectionpart",
            name="submitted_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="collection",
            name="written_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.person"
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="appointments",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="account",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.person"
            ),
        ),
        migrations.AddField(
            model_name="signin",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sign_ins",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="signindelay",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="delays",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sparecode",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="spare_codes",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")), name="digest_is_sha256"
            ),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="fileuse",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uses",
                to="records.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="slip",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="records.storedfile",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tasks",
                to="records.person",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="keeper",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="panels",
                to="records.unit",
                verbose_name="管理单位",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_from",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="records.unit",
                verbose_name="上级",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="records.unit"
            ),
        ),
        migrations.AddField(
            model_name="setting",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="settings",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="rosterimport",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="roster_imports",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="noticereceipt",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="receipts",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="records.unit",
                verbose_name="发文单位",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="handovers",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="fileuse",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="files", to="records.unit"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="unit",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="collectionpart",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="collection_parts",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="collection",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="collections",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="appointment",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appointments",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="unitpast",
            name="parent",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.unit",
            ),
        ),
        migrations.AddField(
            model_name="unitpast",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="past", to="records.unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.UniqueConstraint(
                fields=("account", "form"), name="draft_once_per_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="personaldata",
            constraint=models.UniqueConstraint(
                condition=models.Q(("id_number", ""), _negated=True),
                fields=("id_number",),
                name="id_number_is_unique",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["person", "read_at", "-id"], name="message_person"),
        ),
        migrations.AddConstraint(
            model_name="collectionrow",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                fields=("part", "position"),
                name="row_position_once",
            ),
        ),
        migrations.AddIndex(
            model_name="signin",
            index=models.Index(fields=["account", "-seen_at"], name="sign_in_account"),
        ),
        migrations.AddIndex(
            model_name="signindelay",
            index=models.Index(fields=["failed_at"], name="sign_in_delay_failed_at"),
        ),
        migrations.AddConstraint(
            model_name="signindelay",
            constraint=models.UniqueConstraint(
                fields=("name_digest", "address"), name="sign_in_delay_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="sparecode",
            constraint=models.UniqueConstraint(
                fields=("account", "digest"), name="spare_code_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("person", models.F("helper")), _negated=True),
                name="helper_is_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="help_ends"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("person", "helper"),
                name="delegation_is_open_once",
            ),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["path"], name="unit_path"),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["parent", "pinyin"], name="unit_parent_pinyin"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("code", ""), _negated=True),
                fields=("code",),
                name="unit_code_is_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closes_on", None)),
                fields=("parent", "name"),
                name="unit_name_is_unique_under_its_parent",
                nulls_distinct=True,
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closes_on", None), ("closes_on__gte", models.F("opens_on")), _connector="OR"
                ),
                name="unit_closes_after_it_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "panel"), _negated=True),
                    models.Q(("parent", None), ("keeper__isnull", False)),
                    _connector="OR",
                ),
                name="unit_panel_has_a_keeper_and_no_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None), ("closes_on__isnull", False), _connector="OR"
                ),
                name="unit_merged_away_is_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["person", "state", "due_at"], name="task_person"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(fields=["unit", "role", "state", "due_at"], name="task_unit_role"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["due_at"], name="task_open_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                fields=("source_kind", "source_id", "person", "unit", "role"),
                name="task_is_owed_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_count__lte", models.F("total_count"))),
                name="task_progress_is_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", False),
                    models.Q(("role", ""), _negated=True),
                    _connector="OR",
                ),
                name="task_has_an_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="setting",
            constraint=models.UniqueConstraint(
                fields=("unit", "name"), name="setting_once_per_unit", nulls_distinct=False
            ),
        ),
        migrations.AddIndex(
            model_name="rosterimport",
            index=models.Index(fields=["unit", "-made_at"], name="roster_import_unit"),
        ),
        migrations.AddIndex(
            model_name="noticereceipt",
            index=models.Index(fields=["unit", "signed_at"], name="receipt_unit"),
        ),
        migrations.AddConstraint(
            model_name="noticereceipt",
            constraint=models.UniqueConstraint(
                fields=("notice", "unit"), name="receipt_once_per_unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticereceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at", None), ("signed_by", None)),
                    models.Q(
                        ("opened_at__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="receipt_is_signed_by_somebody_who_opened_it",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["unit", "-issued_at"], name="notice_unit"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                fields=("unit", "year", "serial"), name="notice_number_is_given_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "draft"),
                    models.Q(("issued_at__isnull", False), ("serial__isnull", False)),
                    _connector="OR",
                ),
                name="notice_that_went_out_has_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "withdrawn"), _negated=True),
                    models.Q(("withdrawn_because", ""), _negated=True),
                    _connector="OR",
                ),
                name="notice_is_withdrawn_with_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["unit", "-made_at"], name="handover_unit"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["giver", "-made_at"], name="handover_giver"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["taker", "-made_at"], name="handover_taker"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(("giver", models.F("taker")), _negated=True),
                name="taker_is_another",
            ),
        ),
        migrations.AddIndex(
            model_name="fileuse",
            index=models.Index(fields=["object_kind", "object_id"], name="file_use_object"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("message", "channel"), name="delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("message__isnull", False), ("unit", None)),
                    models.Q(("channel", "webhook"), ("message", None), ("unit__isnull", False)),
                    _connector="OR",
                ),
                name="delivery_is_of_a_message_or_to_a_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectionpart",
            constraint=models.UniqueConstraint(
                fields=("collection", "unit"), name="part_once_per_unit"
            ),
        ),
        migrations.AddIndex(
            model_name="collection",
            index=models.Index(fields=["unit", "-made_at"], name="collection_unit"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["unit", "role", "starts_on"], name="appointment_unit_role"),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["person", "starts_on"], name="appointment_person"),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                ),
                name="appointment_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on", None)),
                fields=("person", "role", "unit"),
                name="appointment_is_open_once",
            ),
        ),
        migrations.AddIndex(
            model_name="unitpast",
            index=models.Index(fields=["path", "starts_on"], name="unit_past_path"),
        ),
        migrations.AddConstraint(
            model_name="unitpast",
            constraint=models.UniqueConstraint(
                fields=("unit", "starts_on"), name="unit_past_starts_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitpast",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on", None)),
                fields=("unit",),
                name="unit_past_has_one_present",
            ),
        ),
    ]
