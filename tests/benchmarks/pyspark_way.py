"""The comparison's work in PySpark, local, as its DataFrame users write it; the session's start is timed apart."""

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as f

from tests.benchmarks.common import CAP, COLUMNS, DRUG, KEY, WINDOW_DAYS


def start() -> SparkSession:
    """A local session of two cores."""
    return (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "6g")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.ui.enabled", "false")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )


def run(files: list[str]) -> tuple[int, int]:
    """Administrations, and those over a cap."""
    spark = start()
    claim = spark.read.parquet(*files)
    link = claim.where(f.col("claim_frequency_code").isin("7", "8")).select(
        "data_source", "claim_id", "claim_frequency_code", "original_claim_id"
    )
    gone = (
        link.where("claim_frequency_code = '8'")
        .select("data_source", "claim_id")
        .union(
            link.where("original_claim_id <> claim_id").select(
                "data_source", f.col("original_claim_id").alias("claim_id")
            )
        )
        .distinct()
    )
    line = claim.where(f.col("hcpcs_code") == DRUG).select(*COLUMNS).distinct()
    netted = (
        line.where("claim_status <> 'denied'")
        .join(gone, on=KEY[:2], how="left_anti")
        .withColumn("has_jw", f.coalesce(f.col("hcpcs_modifier_1") == "JW", f.lit(False)))
        .groupBy(*KEY, "payer", "person_id", "claim_line_start_date", "has_jw")
        .agg(f.sum("service_unit_quantity").alias("units"), f.sum("allowed_amount").alias("allowed"))
        .where("units > 0")
    )
    day = netted.groupBy("payer", "person_id", f.col("claim_line_start_date").alias("on_day")).agg(
        f.sum("units").alias("units"),
        f.sum(f.when(f.col("has_jw"), f.col("units")).otherwise(0)).alias("wasted"),
        f.sum("allowed").alias("allowed"),
    )
    window = (
        Window.partitionBy("payer", "person_id")
        .orderBy(f.unix_date("on_day"))
        .rangeBetween(1 - WINDOW_DAYS, Window.currentRow)
    )
    over = (f.col("units") > CAP) | (f.col("in_window") > CAP)
    (found,) = (
        day.withColumn("in_window", f.sum("units").over(window))
        .agg(f.count("*").alias("n"), f.sum(f.when(over, 1).otherwise(0)).alias("n_over"))
        .collect()
    )
    spark.stop()
    return int(found["n"]), int(found["n_over"])
